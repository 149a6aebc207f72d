package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Part B, what containers get of ConfigMaps, Secrets, volumes and their own Pod, and how their resources change. */
@ParameterizedClass
@MethodSource("kubectls")
class ConfiguredPodsIT extends Walkthrough {
    @Test
    @Order(10)
    void thePodIsMade() {
        run("kubectl create -f volumes.yaml").succeeds();
    }

    @Test
    @Order(160)
    void environmentComesFromConfigMapsSecretsAndThePodItself() {
        awaitPodReady("vols");
        Map<String, String> env = Map.of(
                "COLOR", "blue",
                "POD", "vols",
                "IP", get("pod vols", ".status.podIP"),
                "NODE", cluster().nodeName(),
                "CPU", "100",
                "EXPANDED", "blue-$(COLOR)",
                "S_user", "admin",
                "S_password", "s3cret");
        List<String> lines = run("kubectl exec vols -- env").succeeds().lines();
        env.forEach((name, value) -> assertThat(lines).contains(name + "=" + value));
        assertThat(lines).contains("KUBERNETES_SERVICE_PORT=443").noneMatch(l -> l.startsWith("MISSING="));
    }

    @Test
    @Order(170)
    void volumesShowTheirSources() {
        run("kubectl exec vols -- cat /conf/color /conf/mode /sub/color /pass/user /all/deep/mode")
                .mentions("bluefastblueadminfast");
        run("kubectl exec vols -- sh -c 'echo mine > /own/x && cat /scratch/vols/x'")
                .prints("mine");
        run("kubectl exec vols -- cat /info/labels").prints("app=\"vols\"", "tier=\"back\"");
        run("kubectl exec vols -- cat /info/memory").mentions("67108864");
        run("kubectl exec vols -- stat -L -c %a /pass/user").prints("400");
        run("kubectl exec vols -- sh -c 'echo x > /scratch/f && cat /scratch/f'")
                .prints("x");
        run("kubectl exec vols -- sh -c 'mount | grep /memory'").mentions("tmpfs");
        run("kubectl exec vols -- sh -c 'echo x > /pass/new'").failsMentioning("Read-only file system");
        assertThat(run("kubectl exec vols -- cat /all/token").text().split("\\."))
                .hasSize(3);
        run("kubectl exec vols -- cat /etc/hosts").mentions(get("pod vols", ".status.podIP") + "\tvols");
        run("kubectl exec vols -- hostname").prints("vols");
    }

    @Test
    @Order(180)
    void updatesReachTheVolumeButNotTheSubPath() {
        run("kubectl patch cm conf -p '{\"data\":{\"color\":\"red\"}}'").succeeds();
        run("kubectl label pod vols tier=front --overwrite").succeeds();
        // Upstream's kubelet looks about once a minute.
        eventually(
                Duration.ofSeconds(200),
                () -> run("kubectl exec vols -- cat /conf/color").prints("red"));
        eventually(
                Duration.ofSeconds(200),
                () -> run("kubectl exec vols -- cat /info/labels").mentions("tier=\"front\""));
        run("kubectl exec vols -- cat /sub/color").prints("blue");
    }

    @Test
    @Order(190)
    void aProgramInThePodCallsTheApiWithItsToken() {
        run("kubectl create rolebinding vols-view --clusterrole=view --serviceaccount=" + namespace() + ":default")
                .succeeds();
        String call = "kubectl exec vols -- sh -c 'wget -q -O- --no-check-certificate "
                + "--header \"Authorization: Bearer $(cat /var/run/secrets/kubernetes.io/serviceaccount/token)\" "
                + "https://kubernetes.default.svc/api/v1/namespaces/%s/pods/vols'";
        eventually(() -> run(call.formatted(namespace())).mentions("\"kind\": \"Pod\"", "\"name\": \"vols\""));
        run("kubectl exec vols -- cat /var/run/secrets/kubernetes.io/serviceaccount/namespace")
                .mentions(namespace());
        run("kubectl exec vols -- head -1 /var/run/secrets/kubernetes.io/serviceaccount/ca.crt")
                .prints("-----BEGIN CERTIFICATE-----");
    }

    @Test
    @Order(195)
    void resourcesOfARunningPodAreChanged() {
        assumeTrue(kubectlMinor() >= 32, "older kubectls do not know the subresource resize");
        String id = state("vols", "containerID");
        run("kubectl patch pod vols --subresource resize -p '{\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":"
                        + "{\"limits\":{\"cpu\":\"150m\",\"memory\":\"96Mi\"}}}]}}'")
                .prints("pod/vols patched");
        eventually(() -> assertThat(state("vols", "resources.limits.cpu")).isEqualTo("150m"));
        eventually(() -> assertThat(run("kubectl exec vols -- sh -c 'cat /sys/fs/cgroup/memory.max"
                                + " /sys/fs/cgroup/cpu.max /sys/fs/cgroup/memory/memory.limit_in_bytes"
                                + " /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null'")
                        .stdout())
                .contains("100663296")
                .containsPattern("15000( 100000)?\n"));
        assertThat(state("vols", "containerID")).isEqualTo(id);
        run("kubectl patch pod vols --subresource resize -p '{\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":"
                        + "{\"requests\":{\"cpu\":\"900\"},\"limits\":{\"cpu\":\"900\"}}}]}}'")
                .failsMentioning(
                        "Node didn't have enough allocatable resources: cpu, requested: 900000, allocatable: ");
    }
}
