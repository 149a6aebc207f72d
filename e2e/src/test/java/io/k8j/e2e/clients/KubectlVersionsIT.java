package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.k8j.e2e.kubectl.KubectlBinary;
import io.k8j.e2e.kubectl.Shell;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kubectl on this machine does the everyday things against one cluster in this JVM. Steps that need containers are
 * walked with the oldest and the newest one by the walkthrough's tests.
 */
@Order(3)
@K8j
class KubectlVersionsIT {
    private static final String DEPLOYMENT = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {tier: front}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: main, image: "example.test/web:1", ports: [{containerPort: 80}]}
        """;

    static List<KubectlBinary> binaries() {
        assumeFalse(KubectlBinary.all().isEmpty(), "there is no kubectl on PATH");
        return KubectlBinary.all();
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void doesTheEverydayThings(KubectlBinary kubectl, K8jCluster cluster, @TempDir Path directory) throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("admin.yaml"), cluster.kubeconfig("default"));
        String namespace = "v" + kubectl.minor();
        Shell shell = Shell.in(directory.resolve("shell"), kubectl, kubeconfig, namespace);
        Files.writeString(shell.directory().resolve("web.yaml"), DEPLOYMENT);
        shell.run("kubectl create namespace " + namespace).prints("namespace/" + namespace + " created");

        applies(shell);
        changes(shell);
        reads(shell);
        asks(shell);
        shell.run("kubectl delete -f web.yaml").mentions("deployment.apps \"web\" deleted");
        shell.run("kubectl delete namespace " + namespace).prints("namespace \"" + namespace + "\" deleted");
    }

    private static void applies(Shell shell) {
        shell.run("kubectl apply -f web.yaml").prints("deployment.apps/web created");
        shell.run("kubectl apply -f web.yaml").prints("deployment.apps/web unchanged");
        shell.run("kubectl diff -f web.yaml").prints();
        shell.run("kubectl create -f web.yaml")
                .failsMentioning(
                        "Error from server (AlreadyExists): error when creating \"web.yaml\": ",
                        "deployments.apps \"web\" already exists");
        shell.run("sed 's/replicas:/replicaz:/' web.yaml | kubectl apply -f -")
                .failsMentioning("strict decoding error: unknown field \"spec.replicaz\"");
        shell.run("kubectl apply --server-side --field-manager=other -f web.yaml --force-conflicts")
                .prints("deployment.apps/web serverside-applied");
        shell.run("kubectl rollout status deployment/web --timeout=60s")
                .mentions("deployment \"web\" successfully rolled out");
        shell.run("kubectl wait --for=condition=Available deployment/web --timeout=60s")
                .prints("deployment.apps/web condition met");
        shell.run("kubectl wait --for=jsonpath='{.status.availableReplicas}'=2 deployment/web --timeout=60s")
                .prints("deployment.apps/web condition met");
    }

    private static void changes(Shell shell) {
        shell.run("kubectl label deployment web tier=back")
                .failsWith("error: 'tier' already has a value (front), and --overwrite is false");
        shell.run("kubectl label deployment web tier=back --overwrite").prints("deployment.apps/web labeled");
        shell.run("kubectl annotate deployment web note=yes")
                .mentions("deployment.apps/web annotate"); // 1.27 says it so
        for (String patch : List.of(
                "--type=json -p '[{\"op\":\"add\",\"path\":\"/spec/paused\",\"value\":true}]'",
                "--type=merge -p '{\"spec\":{\"minReadySeconds\":1}}'",
                "--type=strategic -p"
                        + " '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"more\",\"image\":\"example.test/more:1\"}]}}}}'")) {
            shell.run("kubectl patch deployment web " + patch).prints("deployment.apps/web patched");
        }
        shell.run("kubectl rollout resume deployment/web").prints("deployment.apps/web resumed");
        shell.run("kubectl set image deployment/web main=example.test/web:2")
                .prints("deployment.apps/web image updated");
        shell.run("kubectl scale deployment web --replicas=3").prints("deployment.apps/web scaled");
        shell.run("kubectl rollout status deployment/web --timeout=60s")
                .mentions("deployment \"web\" successfully rolled out");
        shell.run("kubectl rollout history deployment/web").mentions("REVISION", "CHANGE-CAUSE");
        shell.run("kubectl expose deployment web --port=80").prints("service/web exposed");
        shell.run("kubectl create configmap settings --from-literal=a=b").prints("configmap/settings created");
        shell.run("kubectl create quota q --hard=pods=10").prints("resourcequota/q created");
    }

    private static void reads(Shell shell) {
        shell.run("kubectl get deployments").hasColumns("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE");
        shell.run("kubectl get deployment web -o jsonpath='{.spec.template.spec.containers[*].name}'")
                .prints("more main");
        shell.run("kubectl get pods -l app=web -o custom-columns=PHASE:.status.phase --no-headers")
                .mentions("Running");
        shell.run("kubectl get pods --field-selector=status.phase=Pending").succeeds();
        shell.run("kubectl get deploy,svc,cm -o name")
                .mentions("deployment.apps/web", "service/web", "configmap/settings", "configmap/kube-root-ca.crt");
        shell.run("kubectl describe deployment web").mentions("StrategyType:", "RollingUpdate", "ScalingReplicaSet");
        shell.run("kubectl get events").hasColumns("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE");
        shell.run("kubectl get nope").failsWith("error: the server doesn't have a resource type \"nope\"");
        shell.run("kubectl get deployment nope")
                .failsWith("Error from server (NotFound): deployments.apps \"nope\" not found");
    }

    private static void asks(Shell shell) {
        shell.run("kubectl api-resources --api-group=apps -o name")
                .prints(
                        "controllerrevisions.apps",
                        "daemonsets.apps",
                        "deployments.apps",
                        "replicasets.apps",
                        "statefulsets.apps");
        assertThat(shell.run("kubectl api-versions").lines()).contains("v1", "apps/v1", "batch/v1");
        shell.run("kubectl explain deployment.spec.replicas").mentions("Number of desired pods.");
        shell.run("kubectl auth can-i delete pods").prints("yes");
        assertThat(shell.run("kubectl auth can-i delete pods --as=nobody").lines())
                .contains("no");
        shell.run("kubectl version").mentions("Server Version: ", "v1.36.");
        shell.run("kubectl cluster-info").mentions("Kubernetes control plane");
        // The first two samples of a cluster take a little.
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> shell.run("kubectl top nodes").mentions("CPU(cores)", "MEMORY(bytes)"));
    }
}
