package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LazyKindsTest {
    private final LazyKinds lazy = new LazyKinds();
    private final KubernetesSerialization library = new KubernetesSerialization();

    @Test
    @SuppressWarnings("unchecked")
    void everyListedClassIsFoundAsTheLibraryFindsIt() {
        List<? extends Class<? extends KubernetesResource>> listed =
                ServiceLoader.load(KubernetesResource.class).stream()
                        .map(ServiceLoader.Provider::type)
                        .toList();
        assertThat(listed).hasSizeGreaterThan(300).allSatisfy(type -> {
            String version = HasMetadata.getApiVersion((Class<? extends HasMetadata>) type);
            String kind = HasMetadata.getKind(type);
            assertThat(lazy.getRegisteredKubernetesResource(version, kind))
                    .isEqualTo(library.getRegisteredKubernetesResource(version, kind))
                    .isNotNull();
        });
    }

    @Test
    void aClassIsLoadedWhenItsKindIsMet() {
        assertThat(lazy.waiting()).contains("ConfigMap", "Deployment");
        WatchEvent event = lazy.unmarshal("""
                {"type":"ADDED","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}}""", WatchEvent.class);
        assertThat(event.getObject())
                .isInstanceOfSatisfying(
                        ConfigMap.class, map -> assertThat(map.getData()).containsEntry("k", "v"));
        assertThat(lazy.waiting()).doesNotContain("ConfigMap").contains("Deployment");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--- {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 2}}",
                "--- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret, metadata: {name: b}}]}",
                "--- {apiVersion: v1, kind: PodList, items: [{metadata: {name: b}}]}",
                "--- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n--- {apiVersion: v1, kind: Pod, metadata: {name: c}}",
                "--- {apiVersion: examples.k8j.io/v1, kind: Widget, metadata: {name: c}, spec: {size: 3}}",
                "--- {apiVersion: v9, kind: Deployment, metadata: {name: a}}",
                "--- {a: b}",
                "[{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"d\"}}]",
            })
    void whatIsReadIsWhatTheLibraryReads(String text) {
        Object expected = library.unmarshal(text);
        Object found = lazy.unmarshal(text);
        assertThat(found).hasSameClassAs(expected);
        assertThat(lazy.asJson(found)).isEqualTo(library.asJson(expected));
    }

    @Group("apps")
    @Version("v1")
    static final class Own extends CustomResource<Void, Void> {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void whatSomebodyRegistersStandsInsteadOfWhatIsListed() {
        assertThat(lazy.getRegisteredKubernetesResource("apps/v1", "Deployment"))
                .isEqualTo(Deployment.class);
        LazyKinds other = new LazyKinds();
        other.registerKubernetesResource("apps/v1", "Deployment", Own.class);
        assertThat(other.getRegisteredKubernetesResource("apps/v1", "Deployment"))
                .isEqualTo(Own.class);
    }
}
