package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Refusals of changes to what cannot be changed, with what differs as upstream shows it. */
class ImmutableSpecsTest {
    private TestServer server;

    @BeforeEach
    void open() {
        server = new TestServer();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String refusal(String resource, String name, String patch) {
        return TestServer.refusal(() -> server.patch(resource, name, "merge", patch))
                .getMessage();
    }

    @Test
    void ofPods() {
        server.create(
                "v1/pods",
                "{'metadata': {'name': 'p'}, 'spec': {'nodeName': 'n', 'containers': [{'name': 'c', 'image': 'i'}]}}");

        assertThat(refusal("v1/pods", "p", "{'spec': {'nodeName': 'm', 'hostNetwork': true}}"))
                .isEqualTo("""
                        Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than \
                        `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
                        `spec.tolerations` (only additions to existing tolerations),\
                        `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
                        @@ -42,9 +42,9 @@
                          "NodeSelector": null,
                          "ServiceAccountName": "",
                          "AutomountServiceAccountToken": null,
                        - "NodeName": "n",
                        + "NodeName": "m",
                          "SecurityContext": {
                        -  "HostNetwork": false,
                        +  "HostNetwork": true,
                           "HostPID": false,
                           "HostIPC": false,
                           "ShareProcessNamespace": null,
                        """);
    }

    @Test
    void ofClaimsForVolumes() {
        server.create(
                "v1/persistentvolumeclaims",
                "{'metadata': {'name': 'c'}, 'spec': {'accessModes': ['ReadWriteOnce'], 'resources': {'requests':"
                        + " {'storage': '1Gi'}}, 'storageClassName': 's', 'volumeName': 'v'}}");

        assertThat(refusal("v1/persistentvolumeclaims", "c", "{'spec': {'accessModes': ['ReadOnlyMany']}}"))
                .isEqualTo("""
                        PersistentVolumeClaim "c" is invalid: spec: Forbidden: spec is immutable after creation except \
                        resources.requests and volumeAttributesClassName for bound claims
                        @@ -1,6 +1,6 @@
                         {
                          "AccessModes": [
                        -  "ReadWriteOnce"
                        +  "ReadOnlyMany"
                          ],
                          "Selector": null,
                          "Resources": {
                        """);
    }

    @Test
    void ofVolumes() {
        server.create(
                "v1/persistentvolumes",
                "{'metadata': {'name': 'v'}, 'spec': {'accessModes': ['ReadWriteOnce'], 'capacity': {'storage': '1Gi'},"
                        + " 'hostPath': {'path': '/a', 'type': ''}}}");

        assertThat(refusal("v1/persistentvolumes", "v", "{'spec': {'hostPath': {'path': '/b'}}}"))
                .isEqualTo("""
                        PersistentVolume "v" is invalid: spec.persistentvolumesource: Forbidden: \
                        spec.persistentvolumesource is immutable after creation
                        @@ -2,7 +2,7 @@
                          "GCEPersistentDisk": null,
                          "AWSElasticBlockStore": null,
                          "HostPath": {
                        -  "Path": "/a",
                        +  "Path": "/b",
                           "Type": ""
                          },
                          "Glusterfs": null,
                        """);
    }

    @Test
    void ofJobs() {
        server.create(
                "batch/v1/jobs",
                "{'metadata': {'name': 'j'}, 'spec': {'template': {'spec': {'restartPolicy': 'Never', 'containers':"
                        + " [{'name': 'c', 'image': 'i'}]}}}}");

        assertThat(refusal(
                        "batch/v1/jobs", "j", "{'spec': {'template': {'spec': {'terminationGracePeriodSeconds': 5}}}}"))
                .startsWith("Job.batch \"j\" is invalid: spec.template: Invalid value: {\"labels\":{")
                .contains("},\"Spec\":{\"Volumes\":null,\"InitContainers\":null,\"Containers\":[{\"Name\":\"c\",")
                .endsWith(": field is immutable");
    }
}
