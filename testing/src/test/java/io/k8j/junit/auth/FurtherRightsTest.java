package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.auth.RawApi.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rights that a request needs beside that on its path. */
class FurtherRightsTest {
    private static final String POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    private static final String[] WRITER = RightsCluster.as("writer");

    private static RightsCluster cluster;
    private static RawApi api;

    @BeforeAll
    static void start() {
        cluster = new RightsCluster();
        api = cluster.api();
        cluster.allow(
                "writer",
                "{apiGroups: [admissionregistration.k8s.io], resources: ['*'], verbs: ['*']}, {apiGroups: [''],"
                        + " resources: [secrets], verbs: [get]}");
        String streams =
                "{apiGroups: [''], resources: [pods/exec, pods/attach, pods/portforward, pods/log], verbs: [%s]}";
        cluster.allow("getter", streams.formatted("get"));
        cluster.allow("streamer", streams.formatted("get, create"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void whoWritesPoliciesMustBeAbleToReadTheirParameters() {
        Answer refused = api.send("POST", POLICIES, policy("ConfigMap"), WRITER);
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message())
                .startsWith("ValidatingAdmissionPolicy.admissionregistration.k8s.io \"p\" is invalid: spec.paramKind:"
                        + " Forbidden: user &{writer  [system:authenticated] map[]} must have \"get\" permission on"
                        + " all objects of the referenced paramKind (kind=ConfigMap, apiVersion=v1)");
        assertThat(api.send("POST", POLICIES, policy("Secret"), WRITER).code()).isEqualTo(201);
        String change = "{spec: {paramKind: {apiVersion: v1, kind: ConfigMap}}}";
        assertThat(api.send("PATCH", POLICIES + "/p", change, WRITER).code()).isEqualTo(422);
        assertThat(api.send("PATCH", POLICIES + "/p", change).code()).isEqualTo(200);
    }

    private static String policy(String kind) {
        return "{metadata: {name: p}, spec: {paramKind: {apiVersion: v1, kind: " + kind
                + "}, matchConstraints: {resourceRules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1],"
                + " resources: [pods]}]}, validations: [{expression: 'true'}]}}";
    }

    @Test
    void whoOpensAStreamWithGetNeedsTheRightToCreateIt() {
        for (String stream : new String[] {"exec", "attach", "portforward"}) {
            String path = "/api/v1/namespaces/default/pods/none/" + stream;
            Answer refused = api.send("GET", path, "", RightsCluster.as("getter"));
            assertThat(refused.code()).as(stream).isEqualTo(403);
            assertThat(refused.message()).isEqualTo("pods \"none\" is forbidden: ");
            Answer allowed = api.send("GET", path, "", RightsCluster.as("streamer"));
            assertThat(allowed.message()).isEqualTo("pods \"none\" not found");
        }
        String log = "/api/v1/namespaces/default/pods/none/log";
        assertThat(api.send("GET", log, "", RightsCluster.as("getter")).code())
                .as("nothing is made by reading")
                .isEqualTo(404);
    }
}
