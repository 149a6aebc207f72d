package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How Pods reach each other, their nodes and the cluster's names. */
class NetworkIT extends ContainerTest {
    /** A client in a Pod or, with {@code hostNetwork}, on its node; it has wget, nslookup and bash. */
    private void createClient(String podFields) {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: client}
                spec:
                  terminationGracePeriodSeconds: 0
                %s
                  containers:
                  - name: c
                    image: nginx:1.25.3
                    imagePullPolicy: IfNotPresent
                    command: [sleep, "100000"]
                """.formatted(podFields.indent(2).stripTrailing()));
        awaitRunning("client");
    }

    private void createServer(String name) {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: NAME, labels: {app: NAME, all: servers}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: c
                    readinessProbe: {periodSeconds: 1, httpGet: {port: 8080, path: /healthz}}
                %s
                """.formatted(SERVER.indent(4).stripTrailing()).replace("NAME", name));
    }

    /** What the client reads by HTTP; the request has to succeed. */
    private String fetch(String address, String path) {
        return shell("client", "timeout 10 wget -q -O - http://%s%s".formatted(address, path));
    }

    private String ask(String host, int port) {
        Ended ended = exec("client", "c", "bash", "-c", """
                exec 3<>/dev/udp/%s/%d; echo hostname >&3; timeout 5 head -n 1 <&3
                """.formatted(host, port));
        return ended.stdout().strip();
    }

    @ParameterizedTest(name = "host network: {0}")
    @ValueSource(booleans = {false, true})
    @Conformance("network/Networking/1")
    @Conformance("network/Networking/2")
    @Conformance("network/Networking/3")
    @Conformance("network/Networking/4")
    void podsAndNodesReachThePodOfEachNode(boolean hostNetwork) {
        createServer("server");
        createClient("hostNetwork: " + hostNetwork);
        awaitReady("server");
        String address = pod("server").getStatus().getPodIP();
        assertThat(fetch(address + ":8080", "/hostname")).isEqualTo("server\n");
        // A datagram may get lost.
        eventually(() -> assertThat(ask(address, 8081)).isEqualTo("server"));
    }

    /** The addresses of an answer of nslookup, without that of the server itself. */
    private String lookUp(String type, String name) {
        return exec("client", "c", "nslookup", "-type=" + type, name).stdout().replaceAll("(?s)^Server:.*?\n\n", "");
    }

    private void resolves(String name, String... addresses) {
        eventually(() -> assertThat(lookUp("a", name)).contains(addresses));
    }

    @Test
    @Conformance("network/DNS/5")
    @Conformance("network/DNS/6")
    @Conformance("network/DNS/7")
    void servicesAreFoundByAllTheirNames() {
        createServer("server");
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: headless}
                spec: {clusterIP: None, selector: {app: server}, ports: [{name: http, port: 80, targetPort: 8080}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: normal}
                spec: {selector: {app: server}, ports: [{name: http, port: 80, targetPort: 8080}]}
                """);
        createClient("");
        awaitReady("server");
        String pod = pod("server").getStatus().getPodIP();
        String service = client().services().withName("normal").get().getSpec().getClusterIP();
        String cluster = client().services()
                .inNamespace("default")
                .withName("kubernetes")
                .get()
                .getSpec()
                .getClusterIP();
        // getent goes through the search list, as programs do.
        for (String name : new String[] {"kubernetes.default", "kubernetes.default.svc"}) {
            eventually(() -> assertThat(shell("client", "ping -c 1 -W 1 %s 2>&1 | head -1 || true".formatted(name)))
                    .contains(cluster));
        }
        resolves("kubernetes.default.svc.cluster.local", cluster);
        for (String suffix : new String[] {"", "." + namespace(), "." + namespace() + ".svc"}) {
            eventually(() -> assertThat(shell(
                            "client",
                            "ping -c 1 -W 1 headless%1$s 2>&1 | head -1; ping -c 1 -W 1 normal%1$s 2>&1 | head -1"
                                    .formatted(suffix)))
                    .contains(pod, service));
        }
        String zone = "." + namespace() + ".svc.cluster.local";
        resolves("headless" + zone, pod);
        resolves("normal" + zone, service);
        for (String name : new String[] {"headless", "normal"}) {
            eventually(() -> assertThat(lookUp("srv", "_http._tcp." + name + zone))
                    .contains("service = ")
                    .contains(name.equals("normal") ? " 80 normal" + zone : " 8080 "));
        }
        String[] parts = service.split("\\.");
        String reverse = "%s.%s.%s.%s.in-addr.arpa".formatted(parts[3], parts[2], parts[1], parts[0]);
        eventually(() -> assertThat(lookUp("ptr", reverse)).contains("normal" + zone));
    }

    @Test
    @Conformance("network/DNS/1")
    @Conformance("network/DNS/3")
    @Conformance("network/DNS/4")
    void aPodIsFoundByHostnameAndSubdomain() {
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: sub}
                spec: {clusterIP: None, selector: {app: querier}, ports: [{name: http, port: 1234}]}
                """);
        create(podRunning("querier", "trap exit TERM; sleep 100000 & wait", "hostname: querier-1\nsubdomain: sub", ""));
        createClient("");
        awaitReady("querier");
        String address = pod("querier").getStatus().getPodIP();
        String name = "querier-1.sub." + namespace() + ".svc.cluster.local";
        resolves(name, address);
        resolves("sub." + namespace() + ".svc.cluster.local", address);
        assertThat(shell("querier", "hostname; hostname -f; cat /etc/hosts"))
                .startsWith("querier-1\n" + name + "\n")
                .containsPattern(
                        "(?m)^" + address.replace(".", "\\.") + "\t" + name.replace(".", "\\.") + "\tquerier-1$");
        assertThat(shell("querier", "ping -c 1 querier-1 | head -1")).contains(address);
        assertThat(shell("querier", "ping -c 1 %s | head -1".formatted(name))).contains(address);
    }

    @Test
    @Conformance("network/DNS/8")
    void aPodMayBringItsOwnNameServers() {
        createSleeper("own", "dnsPolicy: None\ndnsConfig: {nameservers: [1.1.1.1], searches: [resolv.conf.local]}", "");
        awaitRunning("own");
        assertThat(shell("own", "cat /etc/resolv.conf").strip().lines())
                .containsExactly("search resolv.conf.local", "nameserver 1.1.1.1");
    }

    private String hosts(String pod, String container) {
        return exec(pod, container, "cat", "/etc/hosts").stdout();
    }

    @Test
    @Conformance("node/KubeletManagedEtcHosts/1")
    void theHostsFileIsTheKubeletsUnlessTheContainerBringsOne() {
        String form = """
                apiVersion: v1
                kind: Pod
                metadata: {name: NAME}
                spec:
                  hostNetwork: HOST
                  terminationGracePeriodSeconds: 0
                  volumes: [{name: v, hostPath: {path: /etc/hosts, type: File}}]
                  containers:
                  - {name: plain, image: IMAGE, imagePullPolicy: IfNotPresent, command: [sleep, "100000"]}
                  - {name: mounted, image: IMAGE, imagePullPolicy: IfNotPresent, command: [sleep, "100000"],
                     volumeMounts: [{name: v, mountPath: /etc/hosts}]}
                """.replace("IMAGE", BUSYBOX);
        create(form.replace("NAME", "own").replace("HOST", "false"));
        create(form.replace("NAME", "host").replace("HOST", "true"));
        awaitReady("own");
        awaitReady("host");
        String managed = "# Kubernetes-managed hosts file.";
        assertThat(hosts("own", "plain")).startsWith(managed);
        assertThat(hosts("own", "mounted")).doesNotContain(managed);
        assertThat(hosts("host", "plain")).doesNotContain(managed);
        assertThat(hosts("host", "mounted")).doesNotContain(managed);
    }

    @Test
    @Conformance("node/Kubelet/5")
    void hostAliasesAreInTheHostsFile() {
        assertThat(outputOf("cat /etc/hosts", "hostAliases: [{ip: 123.45.67.89, hostnames: [foo, bar]}]", ""))
                .startsWith("# Kubernetes-managed hosts file.")
                .contains("123.45.67.89\tfoo\tbar\n");
    }

    @Test
    @Conformance("network/HostPort/1")
    void equalHostPortsDifferInAddressOrProtocol() {
        createClient("hostNetwork: true");
        String node = pod("client").getStatus().getHostIP();
        String form = """
                apiVersion: v1
                kind: Pod
                metadata: {name: NAME}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: c
                    ports: [{containerPort: INNER, hostPort: 54323, protocol: PROTOCOL, hostIP: ADDRESS}]
                %s
                """.formatted(SERVER.indent(4).stripTrailing());
        create(form.replace("NAME", "pod1")
                .replace("INNER", "8080")
                .replace("PROTOCOL", "TCP")
                .replace("ADDRESS", "127.0.0.1"));
        create(form.replace("NAME", "pod2")
                .replace("INNER", "8080")
                .replace("PROTOCOL", "TCP")
                .replace("ADDRESS", node));
        create(form.replace("NAME", "pod3")
                .replace("INNER", "8081")
                .replace("PROTOCOL", "UDP")
                .replace("ADDRESS", node));
        for (String name : new String[] {"pod1", "pod2", "pod3"}) awaitReady(name);
        eventually(() -> assertThat(fetch("127.0.0.1:54323", "/hostname")).isEqualTo("pod1\n"));
        eventually(() -> assertThat(fetch(node + ":54323", "/hostname")).isEqualTo("pod2\n"));
        eventually(() -> assertThat(ask(node, 54323)).isEqualTo("pod3"));
    }

    private static final String METHODS = "DELETE GET OPTIONS PATCH POST PUT";

    @ParameterizedTest
    @CsvSource({"''", "/some/path/with/GET"})
    @Conformance("network/ProxyV1/1")
    @Conformance("network/ProxyV1/2")
    void theProxyPassesEveryMethodOn(String path) throws Exception {
        createServer("server");
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: service}
                spec: {selector: {app: server}, ports: [{name: http, port: 80, targetPort: 8080}]}
                """);
        awaitReady("server");
        try (var api = new io.k8j.e2e.cluster.ApiClient(
                io.k8j.e2e.cluster.Kubeconfig.read(cluster().kubeconfig()))) {
            for (String target : new String[] {"pods/server:8080", "services/service:80", "services/service:http"}) {
                String url = "/api/v1/namespaces/%s/%s/proxy%s".formatted(namespace(), target, path);
                for (String method : METHODS.split(" ")) {
                    // What is read without a path is sent to the page's own address, whose links then lead right.
                    boolean moved = path.isEmpty() && method.equals("GET");
                    String asked = url + (moved ? "/" : "") + "?method=" + method;
                    eventually(() -> {
                        var answer = api.send(method, asked, null, null, method.startsWith("P") ? "body" : null);
                        assertThat(answer.status())
                                .as("%s %s: %s", method, asked, answer.body())
                                .isEqualTo(200);
                        assertThat(answer.body().strip())
                                .isEqualTo("%s %s?method=%s".formatted(method, path.isEmpty() ? "/" : path, method));
                    });
                }
                for (String method : new String[] {"GET", "HEAD"}) {
                    assertThat(api.send(method, url, null, null, null).status()).isEqualTo(path.isEmpty() ? 301 : 200);
                }
            }
        }
    }

    @Test
    @Conformance("network/ProxyV1/3")
    void aNodesLogsAreReachedByItsProxy() throws Exception {
        try (var api = new io.k8j.e2e.cluster.ApiClient(
                io.k8j.e2e.cluster.Kubeconfig.read(cluster().kubeconfig()))) {
            var node = client().nodes().withName(cluster().nodeName()).get();
            int port =
                    node.getStatus().getDaemonEndpoints().getKubeletEndpoint().getPort();
            for (String name : new String[] {cluster().nodeName(), cluster().nodeName() + ":" + port}) {
                var answer = api.send("GET", "/api/v1/nodes/%s/proxy/logs/".formatted(name), null, null, null);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("<pre>");
            }
        }
    }
}
