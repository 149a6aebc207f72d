package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Servers of which several run, kept by a controller. */
class ReplicasIT extends ContainerTest {
    private static String controller(String kind, String version, String selector, int replicas) {
        return """
                apiVersion: %s
                kind: %s
                metadata: {name: servers}
                spec:
                  replicas: %d
                  selector: %s
                  template:
                    metadata: {labels: {app: servers}}
                    spec:
                      terminationGracePeriodSeconds: 0
                      containers:
                      - name: c
                        readinessProbe: {periodSeconds: 1, httpGet: {port: 8080, path: /healthz}}
                %s
                """.formatted(version, kind, replicas, selector, SERVER.indent(8).stripTrailing());
    }

    private List<Pod> awaitServers(int count) {
        eventually(() -> assertThat(
                        client().pods().withLabel("app", "servers").list().getItems())
                .hasSize(count)
                .allMatch(ContainerTest::isReady));
        return client().pods().withLabel("app", "servers").list().getItems();
    }

    private void createClient() {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: client}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers: [{name: c, image: nginx:1.25.3, imagePullPolicy: IfNotPresent, command: [sleep, "100000"]}]
                """);
        awaitRunning("client");
    }

    private String fetch(String address) {
        return shell("client", "timeout 10 wget -q -O - http://%s:8080/hostname".formatted(address))
                .strip();
    }

    @Test
    @Conformance("apps/ReplicaSet/5")
    void eachPodOfAReplicaSetAnswersWithItsName() {
        create(controller("ReplicaSet", "apps/v1", "{matchLabels: {app: servers}}", 2));
        createClient();
        for (Pod pod : awaitServers(2)) {
            assertThat(fetch(pod.getStatus().getPodIP()))
                    .isEqualTo(pod.getMetadata().getName());
        }
    }

    @Test
    @Conformance("apps/ReplicationController/4")
    void theServiceOfAReplicationControllerAnswersOverTcpUdpAndHttp() {
        create(controller("ReplicationController", "v1", "{app: servers}", 2));
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: servers}
                spec:
                  selector: {app: servers}
                  ports: [{name: http, port: 8080}, {name: udp, port: 8081, protocol: UDP}]
                """);
        createClient();
        List<String> names =
                awaitServers(2).stream().map(pod -> pod.getMetadata().getName()).toList();
        var answered = new TreeSet<String>();
        eventually(() -> {
            answered.add(fetch("servers"));
            assertThat(answered).containsExactlyInAnyOrderElementsOf(names);
        });
        // A datagram may get lost.
        eventually(() -> assertThat(names)
                .contains(exec("client", "c", "bash", "-c", """
                                exec 3<>/dev/udp/servers/8081; echo hostname >&3; timeout 5 head -n 1 <&3
                                """).stdout().strip()));
        assertThat(exec("client", "c", "bash", "-c", """
                                exec 3<>/dev/tcp/servers/8080; printf 'GET /hostname HTTP/1.0\\r\\n\\r\\n' >&3; timeout 5 head -n 1 <&3
                                """).stdout()).startsWith("HTTP/1.1 200");
    }
}
