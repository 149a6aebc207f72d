package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Part F: what containers use, and what follows from it. */
@Order(2)
@ParameterizedClass
@MethodSource("kubectls")
class AutoscalingIT extends Walkthrough {
    private static final String MILLI_CORES = "[0-9]+m";
    private static final String MEBIBYTES = "[0-9]+Mi";

    @Test
    @Order(10)
    void topShowsWhatTheNodeUses() {
        run("kubectl create -f burner.yaml").prints("deployment.apps/burner created", "deployment.apps/idle created");
        eventually(() -> {
            Map<String, String> node =
                    run("kubectl top node").succeeds().table().row(cluster().nodeName());
            assertThat(node.get("CPU(cores)")).matches(MILLI_CORES);
            assertThat(node.get("MEMORY(bytes)")).matches(MEBIBYTES);
        });
    }

    @Test
    @Order(20)
    void topShowsWhatEachContainerUses() {
        eventually(() -> {
            Map<String, String> burning = run("kubectl top pods --containers -l app=burner")
                    .succeeds()
                    .hasColumns("POD", "NAME", "CPU(cores)", "MEMORY(bytes)")
                    .table()
                    .rows()
                    .getFirst();
            assertThat(burning.get("NAME")).isEqualTo("burn");
            assertThat(burning.get("CPU(cores)")).matches("[1-9][0-9]*m");
            assertThat(burning.get("MEMORY(bytes)")).matches(MEBIBYTES);
        });
        eventually(() -> assertThat(run("kubectl top pods -l app=idle")
                        .succeeds()
                        .hasColumns("NAME", "CPU(cores)", "MEMORY(bytes)")
                        .table()
                        .rows())
                .hasSize(1));
    }

    @Test
    @Order(30)
    void underLoadADeploymentGrowsToTheLimit() {
        run("kubectl autoscale deploy burner --cpu-percent=50 --min=1 --max=3")
                .prints("horizontalpodautoscaler.autoscaling/burner autoscaled");
        eventually(() -> {
            Map<String, String> autoscaler = run("kubectl get hpa burner")
                    .hasColumns("NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE")
                    .table()
                    .row("burner");
            assertThat(autoscaler)
                    .containsAllEntriesOf(
                            Map.of("REFERENCE", "Deployment/burner", "MINPODS", "1", "MAXPODS", "3", "REPLICAS", "3"));
            assertThat(autoscaler.get("TARGETS")).matches("cpu: [0-9]+%/50%");
        });
        eventually(() -> assertThat(run("kubectl get po -l app=burner --field-selector=status.phase=Running -o name")
                        .lines())
                .hasSize(3));
    }

    @Test
    @Order(40)
    void describeTellsWhatItDidAndWhy() {
        assertThat(String.join(
                        "\n", run("kubectl describe hpa burner").succeeds().lines()))
                .containsPattern("resource cpu on pods +\\(as a percentage of request\\): +[0-9]+% \\([0-9]+m\\) / 50%")
                .containsPattern("AbleToScale +True +(ReadyForNewScale|SucceededRescale|ScaleDownStabilized)")
                .containsPattern("ScalingActive +True +ValidMetricFound")
                .contains("the HPA was able to successfully calculate a replica count from cpu resource utilization"
                        + " (percentage of request)")
                .containsPattern("SuccessfulRescale .*horizontal-pod-autoscaler +New size: 3; reason: cpu resource"
                        + " utilization \\(percentage of request\\) above target");
    }

    @Test
    @Order(50)
    void aTargetWithoutRequestsIsRefusedInUpstreamsWords() {
        run("kubectl autoscale deploy idle --cpu-percent=50 --min=1 --max=3")
                .prints("horizontalpodautoscaler.autoscaling/idle autoscaled");
        String pod = get("po -l app=idle", ".items[0].metadata.name");
        String words = "failed to get cpu utilization: missing request for cpu in container sleep of Pod " + pod;
        eventually(() -> assertThat(
                        String.join("\n", run("kubectl describe hpa idle").lines()))
                .containsPattern("ScalingActive +False +FailedGetResourceMetric +the HPA was unable to compute the"
                        + " replica count: " + words)
                .containsPattern("Warning +FailedGetResourceMetric .*" + words));
        assertThat(run("kubectl get hpa idle").table().row("idle").get("TARGETS"))
                .isEqualTo("cpu: <unknown>/50%");
    }

    @Test
    @Order(60)
    void theAutoscalerGoesAlone() {
        run("kubectl delete hpa burner idle").mentions("\"burner\" deleted", "\"idle\" deleted");
        run("kubectl get deploy burner").succeeds();
        run("kubectl delete deploy burner idle").succeeds();
    }
}
