package io.k8j.kubelet.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.kubelet.cri.RuntimeEvent;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerMetadata;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ImageSpec;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxMetadata;
import io.k8j.kubelet.testing.ContainerdNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Needs root, containerd, runc, CNI plugins and busybox-static. */
class ContainerdIT {
    @Test
    void aSandboxGetsAnAddressAndItsContainerRunsAndIsHeardToEnd() throws Exception {
        try (ContainerdNode node = ContainerdNode.start("k8jt0", "10.77.0.0/24")) {
            var runtime = node.runtime();
            var events = new CopyOnWriteArrayList<RuntimeEvent>();
            try (AutoCloseable watch = runtime.watch(events::add)) {
                await().until(() -> !events.isEmpty());
                var sandboxConfig = PodSandboxConfig.newBuilder()
                        .setMetadata(PodSandboxMetadata.newBuilder()
                                .setName("p")
                                .setNamespace("default")
                                .setUid("uid-1"))
                        .setHostname("p")
                        .setLogDirectory(node.dataDir().resolve("logs").toString())
                        .putLabels("io.kubernetes.pod.uid", "uid-1")
                        .build();
                long begin = System.nanoTime();
                String sandbox = runtime.runPodSandbox(sandboxConfig, "");
                String container = runtime.createContainer(
                        sandbox,
                        ContainerConfig.newBuilder()
                                .setMetadata(ContainerMetadata.newBuilder().setName("c"))
                                .setImage(ImageSpec.newBuilder().setImage(ContainerdNode.BUSYBOX))
                                .addAllCommand(List.of("sh", "-c", "echo hello; trap 'exit 3' TERM; sleep 1000 & wait"))
                                .putLabels("io.kubernetes.pod.uid", "uid-1")
                                .setLogPath("c.log")
                                .build(),
                        sandboxConfig);
                runtime.startContainer(container);
                System.out.println("sandbox, create, start: " + (System.nanoTime() - begin) / 1_000_000 + " ms");
                assertThat(runtime.podSandboxStatus(sandbox).getNetwork().getIp())
                        .startsWith("10.77.0.");
                assertThat(runtime.listContainers(Map.of("io.kubernetes.pod.uid", "uid-1")))
                        .hasSize(1);
                var answer = runtime.execSync(container, List.of("echo", "hi"), Duration.ofSeconds(5));
                assertThat(answer.getStdout().toStringUtf8()).isEqualTo("hi\n");
                runtime.stopContainer(container, Duration.ofSeconds(5));
                var status = runtime.containerStatus(container);
                assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
                assertThat(status.getExitCode()).isEqualTo(3);
                await().until(() ->
                        events.stream().anyMatch(event -> event.containerId().equals(container)));
                runtime.stopPodSandbox(sandbox);
                runtime.removePodSandbox(sandbox);
            }
        }
    }

    @Test
    void aKilledContainerdIsStartedAgainAndItsContainersHaveRunOn() throws Exception {
        try (ContainerdNode node = ContainerdNode.start("k8jt0", "10.77.0.0/24")) {
            var runtime = node.runtime();
            var config = PodSandboxConfig.newBuilder()
                    .setMetadata(PodSandboxMetadata.newBuilder()
                            .setName("p")
                            .setNamespace("default")
                            .setUid("uid-2"))
                    .build();
            String sandbox = runtime.runPodSandbox(config, "");
            node.containerd().process().destroyForcibly();
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(runtime.podSandboxStatus(sandbox).getStateValue())
                                    .isZero());
        }
    }
}
