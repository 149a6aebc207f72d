package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Part A, everyday commands about Pods and what goes with them. The others: {@link ChangingCommandsIT},
 * {@link StreamsIT} for terminals and streams, {@link NodeMaintenanceIT} for nodes, {@link AutoscalingIT} for {@code
 * kubectl top} and autoscalers.
 */
@ParameterizedClass
@MethodSource("kubectls")
class EverydayCommandsIT extends Walkthrough {
    @Test
    @Order(10)
    void anEmptyNamespaceSaysSo() {
        Result result = run("kubectl get pods").succeeds();
        assertThat(result.stdout()).isEmpty();
        assertThat(result.stderr()).isEqualTo("No resources found in " + namespace() + " namespace.\n");
    }

    @Test
    @Order(20)
    void createMakesAPodOnce() {
        run("kubectl create -f nginx-po.yaml").prints("pod/nginx-po created");
        run("kubectl create -f nginx-po.yaml")
                .failsWith("Error from server (AlreadyExists): error when creating \"nginx-po.yaml\": "
                        + "pods \"nginx-po\" already exists");
    }

    @Test
    @Order(30)
    void createMakesEverythingInADirectory() {
        run("kubectl create -f dir").prints("configmap/a created", "secret/b created");
        PrintedPair tables = PrintedPair.of(run("kubectl get -f dir"));
        assertThat(tables.first()).containsExactly("NAME", "DATA", "AGE");
        assertThat(tables.second()).containsExactly("NAME", "TYPE", "DATA", "AGE");
        run("kubectl create -f none.yaml").failsWith("error: the path \"none.yaml\" does not exist");
    }

    /** Old kubectls say it in the present tense. */
    private String annotated() {
        return kubectlMinor() > 27 ? "annotated" : "annotate";
    }

    private record PrintedPair(List<String> first, List<String> second) {
        static PrintedPair of(Result result) {
            String[] blocks = result.text().split("\n\n");
            return new PrintedPair(
                    List.of(blocks[0].lines().findFirst().orElseThrow().split(" {2,}")),
                    List.of(blocks[1].lines().findFirst().orElseThrow().split(" {2,}")));
        }
    }

    @Test
    @Order(40)
    void createReadsAManifestOverHttp() throws IOException {
        byte[] manifest =
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-http}\n".getBytes(StandardCharsets.UTF_8);
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        web.createContext("/pod.yaml", exchange -> {
            exchange.sendResponseHeaders(200, manifest.length);
            exchange.getResponseBody().write(manifest);
            exchange.close();
        });
        web.start();
        try {
            run("kubectl create -f http://127.0.0.1:" + web.getAddress().getPort() + "/pod.yaml")
                    .prints("configmap/from-http created");
        } finally {
            web.stop(0);
        }
    }

    @Test
    @Order(50)
    void waitSeesThePodReady() {
        awaitPodReady("nginx-po");
        run("kubectl wait --for=jsonpath='{.status.phase}'=Running pod/nginx-po --timeout=10s")
                .prints("pod/nginx-po condition met");
        run("kubectl wait --for=condition=Never pod/nginx-po --timeout=1s")
                .failsWith("error: timed out waiting for the condition on pods/nginx-po");
    }

    @Test
    @Order(60)
    void getPrintsUpstreamsColumns() {
        Result pods = run("kubectl get pods").hasColumns("NAME", "READY", "STATUS", "RESTARTS", "AGE");
        assertThat(pods.table().row("nginx-po"))
                .containsAllEntriesOf(Map.of("READY", "1/1", "STATUS", "Running", "RESTARTS", "0"));
        Result wide = run("kubectl get po nginx-po -o wide")
                .hasColumns(
                        "NAME",
                        "READY",
                        "STATUS",
                        "RESTARTS",
                        "AGE",
                        "IP",
                        "NODE",
                        "NOMINATED NODE",
                        "READINESS GATES");
        assertThat(wide.table().row("nginx-po"))
                .containsAllEntriesOf(
                        Map.of("NODE", cluster().nodeName(), "NOMINATED NODE", "<none>", "READINESS GATES", "<none>"));
        assertThat(wide.table().row("nginx-po").get("IP")).matches("10\\.\\d+\\.\\d+\\.\\d+");
        Result labels = run("kubectl get po --show-labels");
        assertThat(labels.table().row("nginx-po")).containsEntry("LABELS", "test=1.0.0,type=app");
        run("kubectl get po -A -l type=app").hasColumns("NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE");
        assertThat(run("kubectl get po -L type").table().row("nginx-po")).containsEntry("TYPE", "app");
        run("kubectl get svc,deploy -n default").mentions("service/kubernetes", "ClusterIP", "443/TCP");
    }

    @Test
    @Order(70)
    void getSelectsSortsAndFormats() {
        run("kubectl get po -o name").prints("pod/nginx-po");
        run("kubectl get po --field-selector status.phase=Running -o name").prints("pod/nginx-po");
        run("kubectl get po --field-selector status.phase=Failed -o name").prints();
        run("kubectl get po --field-selector spec.nope=1").failsMentioning("field label not supported: spec.nope");
        run("kubectl get po nginx-po -o jsonpath='{.status.phase}{\"\\n\"}'").prints("Running");
        run("kubectl get po -o custom-columns=N:.metadata.name,I:.spec.containers[*].image")
                .prints("N          I", "nginx-po   nginx:1.25.3");
        run("kubectl get cm --sort-by=.metadata.name -o name")
                .prints("configmap/a", "configmap/from-http", "configmap/kube-root-ca.crt");
        run("kubectl get po nginx-po -o json").mentions("\"kind\": \"Pod\"", "\"phase\": \"Running\"");
        run("kubectl get po nginx-po -o yaml")
                .mentions(
                        "    image: nginx:1.25.3\n    imagePullPolicy: IfNotPresent\n    name: nginx\n",
                        "  - effect: NoExecute\n    key: node.kubernetes.io/not-ready\n    operator: Exists\n"
                                + "    tolerationSeconds: 300\n",
                        "  qosClass: Burstable\n",
                        "  phase: Running\n");
        run("kubectl get po nope").failsWith("Error from server (NotFound): pods \"nope\" not found");
        run("kubectl get nope").failsWith("error: the server doesn't have a resource type \"nope\"");
    }

    @Test
    @Order(80)
    void getWatchFollowsChanges() {
        try (Session watch = start("kubectl get cm from-http -w --output-watch-events -o name")) {
            watch.expect("configmap/from-http", PATIENCE);
            run("kubectl annotate cm from-http seen=1").prints("configmap/from-http " + annotated());
            watch.expect(text -> text.lines().count() >= 2, "a second line", PATIENCE);
        }
        try (Session table = start("kubectl get cm -w")) {
            table.expect("from-http", PATIENCE);
            run("kubectl create cm later --from-literal=a=b").prints("configmap/later created");
            table.expect("later", PATIENCE);
            assertThat(table.output().lines().findFirst().orElseThrow()).matches("NAME +DATA +AGE");
        }
    }

    @Test
    @Order(90)
    void describeTellsAboutAPodWithItsEvents() {
        Result pod = run("kubectl describe po nginx-po");
        assertThat(pod.lines())
                .contains(
                        "Name:             nginx-po",
                        "Namespace:        " + namespace(),
                        "Service Account:  default",
                        "Labels:           test=1.0.0",
                        "                  type=app",
                        "Annotations:      <none>",
                        "Status:           Running",
                        "    Image:         nginx:1.25.3",
                        "    Port:          80/TCP",
                        "    Ready:          True",
                        "    Restart Count:  0",
                        "    Startup:   http-get http://:80/test delay=0s timeout=5s period=1s #success=1 #failure=30",
                        "      JVM_OPTS:  -Xms128m -Xmx128m",
                        "QoS Class:                   Burstable",
                        "Node-Selectors:              <none>",
                        "Tolerations:                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s",
                        "                             node.kubernetes.io/unreachable:NoExecute op=Exists for 300s");
        assertThat(pod.stdout())
                .containsPattern("State: +Running")
                .containsPattern(
                        "/var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-[a-z0-9]{5} \\(ro\\)")
                .containsPattern("PodReadyToStartContainers +True")
                .containsPattern("Normal +Scheduled +\\S+ +default-scheduler +Successfully assigned " + namespace()
                        + "/nginx-po to " + cluster().nodeName())
                .containsPattern("Normal +(Pulling|Pulled) +\\S+ +kubelet +")
                .containsPattern("Normal +Created +\\S+ +kubelet +(Created container:? nginx|Container created)")
                .containsPattern("Normal +Started +\\S+ +kubelet +(Started container nginx|Container started)");
    }

    @Test
    @Order(100)
    void describeTellsAboutOtherKinds() {
        assertThat(run("kubectl describe cm a").lines())
                .contains(
                        "Name:         a",
                        "Labels:       <none>",
                        "Data",
                        "====",
                        "k:",
                        "----",
                        "v",
                        "Events:  <none>");
        assertThat(run("kubectl describe secret b").lines())
                .contains("Name:         b", "Type:  Opaque", "p:  1 bytes");
        assertThat(run("kubectl describe sa default").stdout()).contains("Name:                default");
        assertThat(run("kubectl describe ns " + namespace()).lines())
                .contains("Status:       Active", "No resource quota.", "No LimitRange resource.");
    }

    @Test
    @Order(110)
    void labelsChangeOnlyWithOverwrite() {
        run("kubectl label po nginx-po app=hello").prints("pod/nginx-po labeled");
        run("kubectl get po -A -l app=hello -o name").mentions("pod/nginx-po");
        run("kubectl label po nginx-po app=hello2")
                .failsWith("error: 'app' already has a value (hello), and --overwrite is false");
        run("kubectl label po nginx-po app=hello2 --overwrite").prints("pod/nginx-po labeled");
        run("kubectl label po nginx-po app-").prints("pod/nginx-po unlabeled");
        run("kubectl annotate po nginx-po note=x").prints("pod/nginx-po " + annotated());
        run("kubectl label po nginx-po 'a b=c'").failsMentioning("name part must consist of alphanumeric characters");
    }

    @Test
    @Order(120)
    void logsAreReadWholeOrInPart() {
        String ip = get("pod nginx-po", ".status.podIP");
        run("kubectl exec nginx-po -- wget -q -O /dev/null http://" + ip + "/index.html")
                .succeeds();
        eventually(() -> run("kubectl logs nginx-po -c nginx").mentions("GET /index.html HTTP/1.1\" 200"));
        assertThat(run("kubectl logs nginx-po --tail=1").succeeds().lines()).hasSize(1);
        assertThat(run("kubectl logs nginx-po --timestamps --tail=1").succeeds().stdout())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z .*\n");
        assertThat(run("kubectl logs nginx-po --since=1s").exit()).isZero();
        run("kubectl logs nginx-po --limit-bytes=5").succeeds();
        run("kubectl logs nginx-po -c zz").failsWith("error: container zz is not valid for pod nginx-po");
        run("kubectl logs nope").failsMentioning("pods \"nope\" not found");
        run("kubectl logs nginx-po --previous")
                .failsMentioning("previous terminated container \"nginx\" in pod \"nginx-po\" not found");
    }

    @Test
    @Order(250)
    void deleteTakesSeveralKindsAndWaits() {
        run("kubectl create service clusterip foo --tcp=80").prints("service/foo created");
        run("kubectl create -f client.yaml").prints("pod/client created");
        run("kubectl delete pod,service client foo")
                .failsMentioning("services \"client\" not found", "pods \"foo\" not found");
        run("kubectl get pod,service -o name").prints("pod/nginx-po");
        run("kubectl delete pod,service baz foo")
                .failsWith(
                        "Error from server (NotFound): pods \"baz\" not found",
                        "Error from server (NotFound): pods \"foo\" not found",
                        "Error from server (NotFound): services \"baz\" not found",
                        "Error from server (NotFound): services \"foo\" not found");
        run("kubectl delete -f dir").mentions("configmap \"a\" deleted", "secret \"b\" deleted");
        run("kubectl delete po nginx-po --now").mentions("pod \"nginx-po\" deleted");
        run("kubectl get po nginx-po").failsWith("Error from server (NotFound): pods \"nginx-po\" not found");
        run("kubectl create -f client.yaml").prints("pod/client created");
        Result forced = run("kubectl delete po client --force --grace-period=0");
        assertThat(forced.exit()).isZero();
        assertThat(forced.stdout()).contains("pod \"client\" force deleted");
        assertThat(forced.stderr()).contains("Immediate deletion does not wait for confirmation");
    }

    @Test
    @Order(260)
    void cascadeDecidesAboutDependents() {
        for (String cascade : List.of("background", "foreground", "orphan")) {
            String name = "rs-" + cascade;
            apply(resource("replicaset.yaml").replace("NAME", name)).prints("replicaset.apps/" + name + " created");
            eventually(() -> assertThat(
                            run("kubectl get po -l app=" + name + " -o name").lines())
                    .hasSize(1));
            run("kubectl delete rs " + name + " --cascade=" + cascade)
                    .mentions("replicaset.apps \"" + name + "\" deleted");
            if (cascade.equals("orphan")) {
                assertThat(run("kubectl get po -l app=" + name + " -o name").lines())
                        .hasSize(1);
                run("kubectl delete po -l app=" + name + " --now").succeeds();
            } else {
                eventually(
                        () -> run("kubectl get po -l app=" + name + " -o name").prints());
            }
        }
    }
}
