package io.k8j.kubelet.pods.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.k8j.kubelet.cri.v1.Mount;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.NodeInfo;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerFilesTest {
    private static final List<String> VOLUMES = List.of("empty", "map", "secret", "projected", "fields", "claim");

    @TempDir
    Path dir;

    private static VolumeMountBuilder mount(String volume) {
        return new VolumeMountBuilder().withName(volume).withMountPath("/" + volume);
    }

    private static Pod pod(List<VolumeMount> mounts) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("ns")
                .withUid("u")
                .endMetadata()
                .withNewSpec()
                .addToContainers(new ContainerBuilder()
                        .withName("c")
                        .withVolumeMounts(mounts)
                        .build())
                .addNewVolume()
                .withName("empty")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume()
                .addNewVolume()
                .withName("map")
                .withNewConfigMap()
                .endConfigMap()
                .endVolume()
                .addNewVolume()
                .withName("secret")
                .withNewSecret()
                .endSecret()
                .endVolume()
                .addNewVolume()
                .withName("projected")
                .withNewProjected()
                .endProjected()
                .endVolume()
                .addNewVolume()
                .withName("fields")
                .withNewDownwardAPI()
                .endDownwardAPI()
                .endVolume()
                .addNewVolume()
                .withName("claim")
                .withNewPersistentVolumeClaim("x", true)
                .endVolume()
                .endSpec()
                .build();
    }

    private List<Mount> mounts(Pod pod) throws Exception {
        NodeInfo node = new NodeInfo(
                "n", List.of(), Map.of(), 0, dir, dir, "/", List.of(), "cluster.local", dir.resolve("none"), false);
        Map<String, Path> volumes = new HashMap<>();
        VOLUMES.forEach(name -> volumes.put(name, dir.resolve(name)));
        return new ContainerFiles(pod, node)
                .mounts(
                        ContainerRef.appOf(pod).getFirst(),
                        volumes,
                        Map.of(),
                        Map.of(),
                        List.of(),
                        dir.resolve("message"));
    }

    @Test
    void whatTheNodeKeepsUpToDateIsReadOnly() throws Exception {
        Map<String, Boolean> readOnly = mounts(
                        pod(VOLUMES.stream().map(name -> mount(name).build()).toList()))
                .stream()
                .filter(mount -> VOLUMES.contains(mount.getContainerPath().substring(1)))
                .collect(Collectors.toMap(mount -> mount.getContainerPath().substring(1), Mount::getReadonly));
        assertThat(readOnly)
                .isEqualTo(Map.of(
                        "empty", false, "map", true, "secret", true, "projected", true, "fields", true, "claim", true));
    }

    @Test
    void aPromiseThatNobodyCanKeepIsNotMade() {
        Pod pod = pod(List.of(mount("empty")
                .withReadOnly(true)
                .withRecursiveReadOnly("Enabled")
                .build()));
        assertThatThrownBy(() -> mounts(pod))
                .hasMessage(
                        "volume \"empty\" requested recursive read-only mode, but it is not supported by the runtime");
    }
}
