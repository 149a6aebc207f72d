package io.k8j.kubelet.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.volumes.AtomicWriter.FileContent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may read the token in a Pod's volume. */
class TokenFileTest {
    private static final ObjectSource TOKENS = new ObjectSource() {
        @Override
        public Optional<ConfigMap> configMap(Pod pod, String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Secret> secret(Pod pod, String name) {
            return Optional.empty();
        }

        @Override
        public String token(Pod pod, ServiceAccountTokenProjection wanted) {
            return "t";
        }

        @Override
        public Optional<PersistentVolumeClaim> claim(Pod pod, String name) {
            return Optional.empty();
        }

        @Override
        public Optional<PersistentVolume> volume(String name) {
            return Optional.empty();
        }

        @Override
        public List<Service> services(String namespace) {
            return List.of();
        }
    };

    private static Pod pod(Long user, Long group, Long... ofContainers) {
        List<Container> containers = Stream.of(ofContainers)
                .map(own -> new ContainerBuilder()
                        .withNewSecurityContext()
                        .withRunAsUser(own)
                        .endSecurityContext()
                        .build())
                .toList();
        return new PodBuilder()
                .withNewSpec()
                .withNewSecurityContext()
                .withRunAsUser(user)
                .withFsGroup(group)
                .endSecurityContext()
                .withContainers(containers)
                .endSpec()
                .build();
    }

    private static void expect(Pod pod, int mode, Long owner) throws Exception {
        ProjectedVolumeSource volume = new ProjectedVolumeSourceBuilder()
                .addNewSource()
                .withNewServiceAccountToken()
                .withPath("token")
                .endServiceAccountToken()
                .endSource()
                .build();
        Fields fields = new Fields(pod, List.of(), List.of(), Map.of());
        FileContent file = new Payloads(pod, TOKENS, fields).of(volume).get("token");
        assertThat(file.bytes()).asString().isEqualTo("t");
        assertThat(file.mode()).isEqualTo(mode);
        assertThat(file.owner()).isEqualTo(owner);
    }

    @Test
    void everyoneReadsTheTokenOfAPodThatNamesNoUser() throws Exception {
        expect(pod(null, null, (Long) null), 0644, null);
    }

    @Test
    void theUserOfAllContainersOwnsItAlone() throws Exception {
        expect(pod(1000L, null, null, 1000L), 0600, 1000L);
        expect(pod(null, null, 1000L, 1000L), 0600, 1000L);
    }

    @Test
    void itIsNobodysIfUsersDifferOrOneIsUnknown() throws Exception {
        expect(pod(1000L, null, null, 2000L), 0644, null);
        expect(pod(null, null, 1000L, null), 0644, null);
    }

    @Test
    void aGroupGetsItsRightWithTheVolume() throws Exception {
        expect(pod(null, 3000L, (Long) null), 0600, null);
        expect(pod(1000L, 3000L, (Long) null), 0600, 1000L);
    }
}
