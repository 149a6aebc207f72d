package io.k8j.model.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceRegistryTest {
    private final ResourceRegistry registry = ResourceRegistry.builtIn();

    @Test
    void podsHaveUpstreamsSubresources() {
        ResourceInfo pods = registry.resource(new GroupVersionResource("", "v1", "pods"));
        assertThat(pods.gvk()).isEqualTo(new GroupVersionKind("", "v1", "Pod"));
        assertThat(pods.subresources().stream().map(ResourceInfo.Subresource::name))
                .containsExactly(
                        "attach",
                        "binding",
                        "ephemeralcontainers",
                        "eviction",
                        "exec",
                        "log",
                        "portforward",
                        "proxy",
                        "resize",
                        "status");
        assertThat(pods.subresource("eviction").gvk()).isEqualTo(new GroupVersionKind("policy", "v1", "Eviction"));
        assertThat(pods.shortNames()).containsExactly("po");
        assertThat(pods.categories()).containsExactly("all");
        assertThat(pods.singular()).isEqualTo("pod");
        assertThat(pods.fieldLabels()).contains("spec.nodeName", "status.phase");
        assertThat(pods.hasStatus()).isTrue();
        assertThat(pods.storageVersionHash()).isEqualTo("xPOwRZ+Yhw8=");
    }

    @Test
    void groupsAndVersionsComeByPriority() {
        List<String> groups = registry.groups();
        assertThat(groups).startsWith("", "apiregistration.k8s.io", "apps", "events.k8s.io");
        for (int i = 1; i < groups.size(); i++)
            assertThat(ResourceRegistry.groupPriority(groups.get(i)))
                    .isLessThanOrEqualTo(ResourceRegistry.groupPriority(groups.get(i - 1)));
        assertThat(registry.versions("autoscaling")).containsExactly("v2", "v1");
    }

    @Test
    void namesAreSortedWithinAVersion() {
        for (String group : registry.groups())
            for (String version : registry.versions(group))
                assertThat(registry.resources(group, version).stream()
                                .map(r -> r.gvr().resource()))
                        .isSorted();
    }

    @Test
    void sharedObjectsNameTheKindTheyAreStoredAs() {
        ResourceInfo events = registry.resource(new GroupVersionResource("events.k8s.io", "v1", "events"));
        assertThat(events.storageKind()).isEqualTo(new GroupVersionKind("", "v1", "Event"));
        assertThat(registry.resource(new GroupVersionResource("authentication.k8s.io", "v1", "tokenreviews"))
                        .stored())
                .isFalse();
    }
}
