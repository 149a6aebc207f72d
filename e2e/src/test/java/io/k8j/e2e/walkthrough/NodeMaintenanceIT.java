package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.Result;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Part A, the commands about nodes. Alone, because an unschedulable node disturbs all others. Open, because it needs
 * other work: several nodes.
 */
@Isolated
@ParameterizedClass
@MethodSource("kubectls")
class NodeMaintenanceIT extends Walkthrough {
    private String node() {
        return cluster().nodeName();
    }

    @Test
    @Order(10)
    void theNodeIsListedAndDescribed() {
        Result nodes = run("kubectl get nodes").hasColumns("NAME", "STATUS", "ROLES", "AGE", "VERSION");
        assertThat(nodes.table().row(node()).get("STATUS")).isEqualTo("Ready");
        assertThat(nodes.table().row(node()).get("VERSION")).startsWith("v1.36.");
        Result wide = run("kubectl get nodes -o wide")
                .hasColumns(
                        "NAME",
                        "STATUS",
                        "ROLES",
                        "AGE",
                        "VERSION",
                        "INTERNAL-IP",
                        "EXTERNAL-IP",
                        "OS-IMAGE",
                        "KERNEL-VERSION",
                        "CONTAINER-RUNTIME");
        assertThat(wide.table().row(node()).get("CONTAINER-RUNTIME")).startsWith("containerd://");
        assertThat(run("kubectl describe node " + node()).succeeds().stdout())
                .contains(
                        "Name:               " + node(),
                        "Unschedulable:      false",
                        "kubernetes.io/hostname=" + node(),
                        "KubeletHasSufficientMemory   kubelet has sufficient memory available",
                        "KubeletReady                 kubelet is posting ready status",
                        "Capacity:",
                        "Allocatable:",
                        "Non-terminated Pods:",
                        "Allocated resources:")
                .containsPattern("pods: +110")
                .containsPattern("NodeReady|RegisteredNode|Starting kubelet\\.");
    }

    @Test
    @Order(20)
    void cordonShowsAndKeepsPodsAway() {
        run("kubectl cordon " + node()).prints("node/" + node() + " cordoned");
        run("kubectl cordon " + node()).prints("node/" + node() + " already cordoned");
        assertThat(run("kubectl get nodes").table().row(node())).containsEntry("STATUS", "Ready,SchedulingDisabled");
        run("kubectl create -f client.yaml").prints("pod/client created");
        eventually(() -> assertThat(events("Pod", "client"))
                .anySatisfy(event -> assertThat(event)
                        .startsWith(
                                "Warning FailedScheduling 0/1 nodes are available: 1 node(s) were unschedulable.")));
        assertThat(run("kubectl get po client").table().row("client"))
                .containsAllEntriesOf(Map.of("READY", "0/1", "STATUS", "Pending"));
        run("kubectl uncordon " + node()).prints("node/" + node() + " uncordoned");
        awaitPodReady("client");
    }

    @Test
    @Order(30)
    void taintsKeepPodsAwayUnlessTolerated() {
        run("kubectl taint node " + node() + " a=b:NoSchedule").prints("node/" + node() + " tainted");
        run("kubectl run tainted --image=sleeper --image-pull-policy=IfNotPresent")
                .prints("pod/tainted created");
        eventually(() -> assertThat(events("Pod", "tainted"))
                .anySatisfy(event -> assertThat(event).contains("1 node(s) had untolerated taint")));
        run("kubectl taint node " + node() + " a:NoSchedule-").prints("node/" + node() + " untainted");
        awaitPodReady("tainted");
        run("kubectl delete pod tainted --now").succeeds();
    }

    @Test
    @Order(40)
    void aPodTooBigForTheNodeSaysWhy() {
        run("kubectl run big --image=sleeper"
                        + " --overrides='{\"spec\":{\"containers\":[{\"name\":\"big\",\"image\":\"sleeper\","
                        + "\"resources\":{\"requests\":{\"cpu\":\"900\"}}}]}}'")
                .prints("pod/big created");
        eventually(() -> assertThat(events("Pod", "big"))
                .anySatisfy(event -> assertThat(event)
                        .startsWith("Warning FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.")));
        assertThat(run("kubectl describe po big").lines())
                .contains("Node:             <none>", "Status:           Pending", "  PodScheduled   False ");
        run("kubectl delete pod big --now").mentions("pod \"big\" deleted");
    }

    @Test
    @Order(50)
    void drainEvictsButRespectsBudgets() {
        run("kubectl create -f nginx-deploy.yaml").succeeds();
        run("kubectl rollout status deploy nginx-deploy").succeeds();
        run("kubectl create poddisruptionbudget keep --selector=app=nginx-deploy --min-available=1")
                .prints("poddisruptionbudget.policy/keep created");
        eventually(() -> assertThat(run("kubectl get pdb keep").table().row("keep"))
                .containsAllEntriesOf(Map.of("MIN AVAILABLE", "1", "ALLOWED DISRUPTIONS", "0")));
        Result bare = run("kubectl drain " + node() + " --timeout=5s --pod-selector=app=client");
        assertThat(bare.exit()).isEqualTo(1);
        assertThat(bare.stderr()).contains("cannot delete").contains("use --force to override");
        Result held = shell().run(
                        "kubectl drain " + node()
                                + " --force --timeout=7s --pod-selector='app in (client,nginx-deploy)'",
                        Duration.ofMinutes(1));
        assertThat(held.exit()).isEqualTo(1);
        assertThat(held.stderr()).contains("Cannot evict pod as it would violate the pod's disruption budget.");
        run("kubectl get pod client").failsMentioning("pods \"client\" not found");
        run("kubectl delete pdb keep").succeeds();
        Result drained = run("kubectl drain " + node() + " --pod-selector=app=nginx-deploy --timeout=180s");
        assertThat(drained.succeeds().stdout()).contains("evicted", "node/" + node() + " drained");
        eventually(() -> assertThat(
                        run("kubectl get po -l app=nginx-deploy").table().column("STATUS"))
                .containsExactly("Pending"));
        run("kubectl uncordon " + node()).prints("node/" + node() + " uncordoned");
        run("kubectl rollout status deploy nginx-deploy").succeeds();
    }
}
