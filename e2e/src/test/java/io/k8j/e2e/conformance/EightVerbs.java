package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;

/**
 * Walks one resource through discovery and all that can be done with its objects: create, get, list, watch, patch,
 * update, delete and deletecollection, as upstream's API tests do.
 */
final class EightVerbs {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    /** What a watch saw. */
    private record Seen(String action, GenericKubernetesResource object) {}

    private final KubernetesClient client;
    private final String namespace;
    private final String manifest;
    private final GenericKubernetesResource sample;
    private final APIResource resource;
    private final MixedOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            all;
    private final NonNamespaceOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            own;

    private EightVerbs(KubernetesClient client, String namespace, String manifest) {
        this.client = client;
        this.namespace = namespace;
        this.manifest = manifest;
        this.sample = parse("x");
        this.resource = client.getApiResources(sample.getApiVersion()).getResources().stream()
                .filter(r ->
                        r.getKind().equals(sample.getKind()) && !r.getName().contains("/"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(sample.getKind() + " is not in discovery"));
        this.all = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                .withGroup(
                        sample.getApiVersion().contains("/")
                                ? sample.getApiVersion().replaceFirst("/.*", "")
                                : "")
                .withVersion(sample.getApiVersion().replaceFirst(".*/", ""))
                .withKind(resource.getKind())
                .withPlural(resource.getName())
                .withNamespaced(resource.getNamespaced())
                .build());
        this.own = resource.getNamespaced() ? all.inNamespace(namespace) : all;
    }

    /**
     * Walks through all verbs.
     *
     * @param namespace of the objects, if they are in one; cluster-wide objects carry its name in theirs
     * @param manifest YAML of an object, with NAME in place of its name; it has no labels yet
     * @return its entry in discovery
     */
    static APIResource walk(KubernetesClient client, String namespace, String manifest) {
        EightVerbs walk = new EightVerbs(client, namespace, manifest);
        walk.walk();
        return walk.resource;
    }

    private GenericKubernetesResource parse(String name) {
        var object = client.getKubernetesSerialization()
                .unmarshal(manifest.replace("NAME", name), GenericKubernetesResource.class);
        object.getMetadata().setLabels(java.util.Map.of("walk", namespace));
        return object;
    }

    private String name(int number) {
        return resource.getNamespaced() ? "walked-" + number : "walked-" + number + "-" + namespace;
    }

    private Watch watch(List<Seen> into) {
        return all.withLabel("walk", namespace).watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, GenericKubernetesResource object) {
                into.add(new Seen(action.name(), object));
            }

            @Override
            public void onClose(WatcherException cause) {
                // What was seen until then is what the walk looks at.
            }
        });
    }

    private List<GenericKubernetesResource> list() {
        var items = resource.getNamespaced()
                ? all.inAnyNamespace().withLabel("walk", namespace).list().getItems()
                : all.withLabel("walk", namespace).list().getItems();
        return items;
    }

    private void walk() {
        assertThat(resource.getVerbs()).containsAll(VERBS);
        List<Seen> seen = new CopyOnWriteArrayList<>();
        try (Watch watch = watch(seen)) {
            for (int i = 1; i <= 3; i++) own.resource(parse(name(i))).create();
            assertThat(own.withName(name(1)).get().getMetadata().getName()).isEqualTo(name(1));
            assertThat(list()).hasSize(3);
            eventually(() ->
                    assertThat(seen).filteredOn(s -> s.action().equals("ADDED")).hasSize(3));

            assertThat(own.withName(name(1))
                            .patch(
                                    PatchContext.of(PatchType.JSON_MERGE),
                                    "{\"metadata\":{\"annotations\":{\"patched\":\"true\"}}}")
                            .getMetadata()
                            .getAnnotations())
                    .containsEntry("patched", "true");
            own.withName(name(1)).edit(object -> {
                object.getMetadata().getAnnotations().put("updated", "true");
                return object;
            });
            assertThat(own.withName(name(1)).get().getMetadata().getAnnotations())
                    .containsEntry("patched", "true")
                    .containsEntry("updated", "true");
            eventually(() -> assertThat(seen)
                    .anyMatch(s -> s.action().equals("MODIFIED")
                            && s.object().getMetadata().getAnnotations() != null
                            && s.object().getMetadata().getAnnotations().containsKey("updated")));

            own.withName(name(1)).withGracePeriod(0).delete();
            eventually(() -> assertThat(own.withName(name(1)).get()).isNull());
            eventually(() -> assertThat(seen)
                    .anyMatch(s -> s.action().equals("DELETED")
                            && s.object().getMetadata().getName().equals(name(1))));
            assertThat(list()).hasSize(2);
            own.withLabel("walk", namespace).withGracePeriod(0).delete();
            eventually(() -> assertThat(list()).isEmpty());
            eventually(() -> assertThat(seen)
                    .filteredOn(s -> s.action().equals("DELETED"))
                    .hasSize(3));
        }
    }

    static void eventually(ThrowingRunnable checks) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(checks);
    }
}
