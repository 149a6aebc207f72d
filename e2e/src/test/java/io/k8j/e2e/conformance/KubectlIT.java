package io.k8j.e2e.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.k8j.e2e.kubectl.KubectlBinary;
import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Session;
import io.k8j.e2e.kubectl.Shell;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The everyday of the newest kubectl on this machine. */
class KubectlIT extends ContainerTest {
    private static final String CONTROLLER = """
            apiVersion: v1
            kind: ReplicationController
            metadata: {name: primary}
            spec:
              replicas: COUNT
              selector: {app: primary}
              template:
                metadata: {labels: {app: primary}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: c, image: "busybox:1.36", imagePullPolicy: IfNotPresent, command: [sleep, "100000"],
                     ports: [{name: server, containerPort: 6379}]}
            """;

    private Path directory;
    private Shell shell;

    @BeforeEach
    void makeShell() throws IOException {
        directory = Files.createTempDirectory("k8j-kubectl");
        shell = Shell.in(directory, KubectlBinary.newest(), cluster().kubeconfig(), namespace());
    }

    @AfterEach
    void deleteShell() throws IOException {
        if (directory == null) return;
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private Result run(String command) {
        return shell.run(command);
    }

    private void kubectlCreate(String yaml) {
        shell.runWithInput(yaml, "kubectl create -f -").succeeds();
    }

    private List<Pod> members() {
        return client().pods().withLabel("app", "primary").list().getItems().stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    private void awaitMembers(int count) {
        eventually(() -> assertThat(members())
                .hasSize(count)
                .allMatch(p -> p.getStatus().getPhase().equals("Running")));
    }

    @Test
    @Conformance("cli/KubectlClient/1")
    void aGuestbookKeepsAnEntry() throws IOException {
        try (var in = KubectlIT.class.getResourceAsStream("/conformance/guestbook.yaml")) {
            kubectlCreate(new String(in.readAllBytes(), UTF_8));
        }
        eventually(() -> assertThat(
                        client().pods().withLabel("app", "guestbook").list().getItems())
                .hasSize(6)
                .allMatch(ContainerTest::isReady));
        String entry = "/api/v1/namespaces/%s/services/frontend/proxy/cgi-bin/guestbook?".formatted(namespace());
        eventually(() -> run("kubectl get --raw '" + entry + "get'").prints("no entry"));
        run("kubectl get --raw '" + entry + "set=TestEntry'").succeeds();
        eventually(() -> run("kubectl get --raw '" + entry + "get'").prints("TestEntry"));
    }

    @Test
    @Conformance("cli/KubectlClient/2")
    void versionsOfTheApiAreListed() {
        assertThat(run("kubectl api-versions").succeeds().lines()).contains("v1");
    }

    @Test
    @Conformance("cli/KubectlClient/3")
    void theClusterTellsWhereItRuns() {
        run("kubectl cluster-info").mentions("Kubernetes control plane", "is running at");
    }

    @Test
    @Conformance("cli/KubectlClient/4")
    void describeTellsOfEverything() {
        kubectlCreate(CONTROLLER.replace("COUNT", "1"));
        kubectlCreate("""
                apiVersion: v1
                kind: Service
                metadata: {name: primary, labels: {app: primary}}
                spec: {selector: {app: primary}, ports: [{port: 6379, targetPort: server}]}
                """);
        awaitMembers(1);
        String pod = members().getFirst().getMetadata().getName();
        run("kubectl describe pod " + pod)
                .mentions(
                        "Name:",
                        pod,
                        "Namespace:",
                        namespace(),
                        "Node:",
                        "Labels:",
                        "app=primary",
                        "Status:",
                        "Running",
                        "IP:",
                        "Controlled By:",
                        "ReplicationController/primary",
                        "Image:",
                        "busybox:1.36",
                        "State:",
                        "QoS Class:",
                        "BestEffort");
        run("kubectl describe rc primary")
                .mentions(
                        "Name:",
                        "primary",
                        "Namespace:",
                        "Selector:",
                        "app=primary",
                        "Labels:",
                        "Annotations:",
                        "Replicas:",
                        "1 current",
                        "1 desired",
                        "Pods Status:",
                        "1 Running",
                        "Pod Template:",
                        "Image:",
                        "Events:");
        run("kubectl describe service primary")
                .mentions(
                        "Name:",
                        "Namespace:",
                        "Labels:",
                        "app=primary",
                        "Annotations:",
                        "Selector:",
                        "Type:",
                        "ClusterIP",
                        "IP:",
                        "Port:",
                        "<unset>",
                        "6379/TCP",
                        "Endpoints:",
                        "Session Affinity:");
        run("kubectl describe node " + cluster().nodeName())
                .mentions(
                        "Name:",
                        "Labels:",
                        "Annotations:",
                        "CreationTimestamp:",
                        "Conditions:",
                        "Type",
                        "Status",
                        "LastHeartbeatTime",
                        "LastTransitionTime",
                        "Reason",
                        "Message",
                        "Addresses:",
                        "Capacity:",
                        "Version:",
                        "Kubelet Version",
                        "Pods");
        run("kubectl describe namespace " + namespace())
                .mentions("Name:", namespace(), "Labels:", "Annotations:", "Status:", "Active");
    }

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: httpd}
            spec:
              replicas: 0
              selector: {matchLabels: {app: httpd}}
              template:
                metadata: {labels: {app: httpd}}
                spec:
                  containers: [{name: httpd, image: "nginx:1.25.3"}]
            """;

    @Test
    @Conformance("cli/KubectlClient/5")
    void diffShowsAnotherImage() {
        kubectlCreate(DEPLOYMENT);
        Result diff = shell.runWithInput(DEPLOYMENT.replace("nginx:1.25.3", "busybox:1.36"), "kubectl diff -f -");
        assertThat(diff.exit()).as(diff.toString()).isEqualTo(1);
        assertThat(diff.stdout()).contains("-      - image: nginx:1.25.3", "+      - image: busybox:1.36");
    }

    @Test
    @Conformance("cli/KubectlClient/6")
    void exposeMakesServicesOfControllersAndServices() {
        kubectlCreate(CONTROLLER.replace("COUNT", "1"));
        awaitMembers(1);
        run("kubectl expose rc primary --name=rm2 --port=1234 --target-port=6379")
                .prints("service/rm2 exposed");
        run("kubectl expose service rm2 --name=rm3 --port=2345 --target-port=6379")
                .prints("service/rm3 exposed");
        for (String[] wanted : new String[][] {{"rm2", "1234"}, {"rm3", "2345"}}) {
            Service service = client().services().withName(wanted[0]).get();
            assertThat(service.getSpec().getPorts()).singleElement().satisfies(port -> {
                assertThat(port.getPort()).isEqualTo(Integer.parseInt(wanted[1]));
                assertThat(port.getTargetPort().getIntVal()).isEqualTo(6379);
            });
            eventually(() -> assertThat(
                            client().endpoints().withName(wanted[0]).get().getSubsets())
                    .anySatisfy(subset -> {
                        assertThat(subset.getAddresses()).hasSize(1);
                        assertThat(subset.getPorts().getFirst().getPort()).isEqualTo(6379);
                    }));
        }
    }

    @Test
    @Conformance("cli/KubectlClient/7")
    void labelsAreSetAndTakenOff() {
        createSleeper("pause", "", "");
        run("kubectl label pods pause testing-label=testing-label-value").prints("pod/pause labeled");
        run("kubectl get pod pause -L testing-label").mentions("testing-label-value");
        run("kubectl get pods -l testing-label=testing-label-value -o name").prints("pod/pause");
        run("kubectl label pods pause testing-label-").prints("pod/pause unlabeled");
        assertThat(run("kubectl get pod pause -L testing-label").succeeds().stdout())
                .doesNotContain("testing-label-value");
        run("kubectl get pods -l testing-label=testing-label-value -o name").prints();
    }

    @Test
    @Conformance("cli/KubectlClient/8")
    void everyPodOfAControllerIsPatched() {
        kubectlCreate(CONTROLLER.replace("COUNT", "2"));
        awaitMembers(2);
        for (Pod pod : members()) {
            String name = pod.getMetadata().getName();
            run("kubectl patch pod %s -p '{\"metadata\":{\"annotations\":{\"x\":\"y\"}}}'".formatted(name))
                    .prints("pod/" + name + " patched");
        }
        assertThat(members())
                .hasSize(2)
                .allMatch(p -> "y".equals(p.getMetadata().getAnnotations().get("x")));
    }

    @Test
    @Conformance("cli/KubectlClient/9")
    void replaceGivesAPodAnotherImage() {
        run("kubectl run httpd --image=nginx:1.25.3 --image-pull-policy=IfNotPresent --labels=run=httpd")
                .prints("pod/httpd created");
        awaitRunning("httpd");
        String changed = run("kubectl get pod httpd -o json").text().replace("nginx:1.25.3", "busybox:1.36");
        shell.runWithInput(changed, "kubectl replace -f -").prints("pod/httpd replaced");
        assertThat(pod("httpd").getSpec().getContainers())
                .singleElement()
                .satisfies(c -> assertThat(c.getImage()).isEqualTo("busybox:1.36"));
    }

    @Test
    @Conformance("cli/KubectlClient/10")
    void runMakesAPod() {
        run("kubectl run httpd --restart=Never --image=nginx:1.25.3 --image-pull-policy=IfNotPresent")
                .prints("pod/httpd created");
        assertThat(pod("httpd").getSpec().getRestartPolicy()).isEqualTo("Never");
        assertThat(pod("httpd").getSpec().getContainers())
                .singleElement()
                .satisfies(c -> assertThat(c.getImage()).isEqualTo("nginx:1.25.3"));
    }

    @Test
    @Conformance("cli/KubectlClient/11")
    void aDryRunOnTheServerChangesNothing() {
        run("kubectl run httpd --image=nginx:1.25.3 --image-pull-policy=IfNotPresent --labels=run=httpd")
                .succeeds();
        awaitRunning("httpd");
        run("kubectl patch pod httpd --dry-run=server -p "
                        + "'{\"spec\":{\"containers\":[{\"name\":\"httpd\",\"image\":\"busybox:1.36\"}]}}'")
                .prints("pod/httpd patched");
        assertThat(pod("httpd").getSpec().getContainers().getFirst().getImage()).isEqualTo("nginx:1.25.3");
    }

    @Test
    @Conformance("cli/KubectlClient/12")
    void bothVersionsAreTold() {
        String versions = run("kubectl version -o yaml").text();
        int server = versions.indexOf("serverVersion:");
        for (String side : new String[] {versions.substring(0, server), versions.substring(server)}) {
            assertThat(side)
                    .contains("Version:\n", "  gitCommit: ", "  gitVersion: v1.", "  major: \"1\"", "  minor: \"");
        }
    }

    private static void assertNamesVersions(String answer) {
        assertThat(answer).contains("\"versions\"", "\"v1\"");
    }

    @Test
    @Conformance("cli/KubectlClient/13")
    void theProxyServesOnASocket() throws IOException {
        Path socket = directory.resolve("proxy.socket");
        try (Session proxy = shell.start("exec kubectl proxy --unix-socket=" + socket)) {
            proxy.expect("Starting to serve on", PATIENCE);
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(socket));
                channel.write(ByteBuffer.wrap("GET /api HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(UTF_8)));
                ByteBuffer answer = ByteBuffer.allocate(65536);
                while (answer.hasRemaining() && channel.read(answer) >= 0) {
                    // HTTP/1.0 ends with the connection.
                }
                assertNamesVersions(new String(answer.array(), 0, answer.position(), UTF_8));
            }
        }
    }

    @Test
    @Conformance("cli/KubectlClient/14")
    void theProxyPicksAPort() throws IOException {
        try (Session proxy = shell.start("exec kubectl proxy --port=0 --disable-filter=true")) {
            proxy.expect("Starting to serve on 127.0.0.1:", PATIENCE);
            proxy.expect(out -> out.endsWith("\n"), "the whole line", PATIENCE);
            String address = proxy.output().strip().replaceAll("(?s).*serve on ", "");
            try (var in = URI.create("http://" + address + "/api/").toURL().openStream()) {
                assertNamesVersions(new String(in.readAllBytes(), UTF_8));
            }
        }
    }

    @Test
    @Conformance("cli/KubectlClient/15")
    @Conformance("cli/KubectlClient/16")
    void aControllerIsScaledAndStopped() {
        kubectlCreate(CONTROLLER.replace("COUNT", "2"));
        awaitMembers(2);
        run("kubectl scale rc primary --replicas=1 --timeout=5m").prints("replicationcontroller/primary scaled");
        awaitMembers(1);
        run("kubectl scale rc primary --replicas=2 --timeout=5m").prints("replicationcontroller/primary scaled");
        awaitMembers(2);
        run("kubectl delete --grace-period=0 --force rc primary").succeeds();
        eventually(() -> run("kubectl get rc,svc -l app=primary --no-headers").prints());
        eventually(() -> assertThat(members()).isEmpty());
    }

    @Test
    @Conformance("cli/KubectlLogs/1")
    void logsAreCutAsWanted() {
        create(podRunning("logs", "for i in 1 2 3; do echo line $i; done; sleep 3; echo line 4; sleep 100000", "", ""));
        eventually(
                () -> assertThat(run("kubectl logs logs c").succeeds().lines()).hasSize(4));
        run("kubectl logs logs c --tail=1").prints("line 4");
        assertThat(run("kubectl logs logs c --limit-bytes=1").succeeds().stdout())
                .isEqualTo("l");
        List<String> stamped =
                run("kubectl logs logs c --tail=1 --timestamps").succeeds().lines();
        assertThat(stamped).hasSize(1);
        assertThat(Instant.parse(
                        stamped.getFirst().substring(0, stamped.getFirst().indexOf(' '))))
                .isBefore(Instant.now());
        // Whatever is a second old is left out, which all lines are some day, and nothing is a day old.
        eventually(() -> run("kubectl logs logs c --since=1s").prints());
        assertThat(run("kubectl logs logs c --since=24h").succeeds().lines()).hasSize(4);
    }
}
