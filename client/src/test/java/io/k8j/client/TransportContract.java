package io.k8j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.SystemTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every way to an API server must do. Namespace {@code contract} is made by the test. */
public abstract class TransportContract {
    private static final String NS = "contract";
    private static final GroupVersionResource MAPS = new GroupVersionResource("", "v1", "configmaps");

    private SystemTime time;
    private ApiTransport transport;
    private Resources<ConfigMap> maps;

    /** A transport of a user who may do everything, to a server that is empty; closed by the test. */
    protected abstract ApiTransport open() throws Exception;

    @BeforeEach
    void connect() throws Exception {
        time = new SystemTime();
        transport = open();
        Client client = new Client(transport, time, "contract");
        maps = client.resources(ConfigMap.class);
        client.resources(Namespace.class)
                .create(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NS)
                        .endMetadata()
                        .build());
    }

    @AfterEach
    void disconnect() {
        transport.close();
        time.close();
    }

    private static ObjectKey key(String name) {
        return new ObjectKey(NS, name);
    }

    private ConfigMap create(String name, String value) {
        return maps.create(new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NS)
                .addToLabels("l", value.substring(0, 1))
                .endMetadata()
                .addToData("k", value)
                .build());
    }

    @Test
    void aCreatedObjectIsReadAndListed() {
        ConfigMap made = create("a", "1");
        assertThat(made.getMetadata().getUid()).isNotEmpty();
        assertThat(maps.get(key("a"))).isEqualTo(made);
        create("b", "2");
        assertThat(maps.list(ListOptions.inNamespace(NS).labels("l=2")))
                .extracting(m -> m.getMetadata().getName())
                .containsExactly("b");
    }

    @Test
    void listedItemsNameTheirKind() {
        create("a", "1");
        ApiResponse.ApiList list = transport
                .call(new ApiCall(Verb.LIST, MAPS, NS, "", "", Map.of(), null, null))
                .list();
        assertThat(list.resourceVersion()).isNotEmpty();
        ApiObject item = list.items().getFirst();
        assertThat(item.kind()).isEqualTo("ConfigMap");
        assertThat(item.apiVersion()).isEqualTo("v1");
        assertThat(item.tree()).containsEntry("data", Map.of("k", "1"));
    }

    @Test
    void pagesAreContinued() {
        create("a", "1");
        create("b", "1");
        create("c", "1");
        ApiResponse.ApiList first = transport
                .call(new ApiCall(Verb.LIST, MAPS, NS, "", "", Map.of("limit", "2"), null, null))
                .list();
        assertThat(first.items()).hasSize(2);
        assertThat(first.remainingItemCount()).isEqualTo(1);
        ApiResponse.ApiList second = transport
                .call(new ApiCall(
                        Verb.LIST,
                        MAPS,
                        NS,
                        "",
                        "",
                        Map.of("limit", "2", "continue", first.continueToken()),
                        null,
                        null))
                .list();
        assertThat(second.items()).extracting(ApiObject::name).containsExactly("c");
    }

    @Test
    void refusalsCarryCodeReasonSentenceAndDetails() {
        assertThatThrownBy(() -> maps.get(key("none")))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.code()).isEqualTo(404);
                    assertThat(e.reason()).isEqualTo("NotFound");
                    assertThat(e.details()).containsEntry("name", "none");
                })
                .hasMessage("configmaps \"none\" not found");
        create("a", "1");
        assertThatThrownBy(() -> create("a", "1"))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isAlreadyExists()).isTrue())
                .hasMessage("configmaps \"a\" already exists");
        assertThatThrownBy(() -> create("Not_A_Name", "1"))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isInvalid()).isTrue());
    }

    @Test
    void anUpdateOfAnOldVersionIsAConflict() {
        ConfigMap old = create("a", "1");
        maps.update(old.toBuilder().addToData("x", "y").build());
        assertThatThrownBy(() -> maps.update(old.toBuilder().addToData("z", "y").build()))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isConflict()).isTrue());
    }

    @Test
    void allPatchTypesArrive() {
        create("a", "1");
        maps.patch(key("a"), PatchType.MERGE, Map.of("data", Map.of("m", "1")), "");
        maps.patch(key("a"), PatchType.STRATEGIC, Map.of("data", Map.of("s", "1")), "");
        maps.patch(key("a"), PatchType.JSON, List.of(Map.of("op", "add", "path", "/data/j", "value", "1")), "");
        ConfigMap done = maps.patch(
                key("a"),
                PatchType.APPLY,
                Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "ConfigMap",
                        "metadata",
                        Map.of("name", "a"),
                        "data",
                        Map.of("p", "1")),
                "");
        assertThat(done.getData()).containsOnlyKeys("k", "m", "s", "j", "p");
    }

    @Test
    void deletionsHonourPreconditions() {
        create("a", "1");
        assertThatThrownBy(() -> maps.delete(key("a"), DeleteOptions.ofUid("other")))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(409));
        maps.delete(key("a"), DeleteOptions.DEFAULT);
        assertThat(maps.find(key("a"))).isEmpty();
    }

    private record Seen(WatchListener.EventType type, String name) {}

    @Test
    void aWatchTellsEachChangeInOrderAndItsEndOnce() throws InterruptedException {
        ConfigMap first = create("a", "1");
        BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        BlockingQueue<Optional<RuntimeException>> ends = new LinkedBlockingQueue<>();
        ApiTransport.Watch watch =
                maps.watch(ListOptions.inNamespace(NS), first.getMetadata().getResourceVersion(), new WatchListener() {
                    @Override
                    public void event(EventType type, ApiObject object) {
                        if (type != EventType.BOOKMARK) {
                            seen.add(new Seen(type, object.name()));
                        }
                    }

                    @Override
                    public void closed(RuntimeException cause) {
                        ends.add(Optional.ofNullable(cause));
                    }
                });
        create("b", "x".repeat(100_000));
        maps.patch(key("b"), PatchType.MERGE, Map.of("data", Map.of("k", "2")), "");
        maps.delete(key("b"), DeleteOptions.DEFAULT);
        assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo(new Seen(WatchListener.EventType.ADDED, "b"));
        assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo(new Seen(WatchListener.EventType.MODIFIED, "b"));
        assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo(new Seen(WatchListener.EventType.DELETED, "b"));
        watch.close();
        watch.close();
        assertThat(ends.poll(60, TimeUnit.SECONDS)).isEmpty();
        assertThat(ends.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void anInformerShowsWhatIsThere() throws InterruptedException {
        create("a", "1");
        try (Informer<ConfigMap> informer = new Informer<>(maps, ListOptions.inNamespace(NS))) {
            informer.start();
            assertThat(informer.awaitSynced(Duration.ofSeconds(60))).isTrue();
            assertThat(informer.get(key("a"))).isPresent();
        }
    }

    @Test
    void anEmptyListIsAList() {
        assertThat(transport
                        .call(new ApiCall(
                                Verb.LIST,
                                new GroupVersionResource("", "v1", "pods"),
                                NS,
                                "",
                                "",
                                Map.of(),
                                null,
                                null))
                        .list()
                        .items())
                .isEmpty();
        assertThat(new Client(transport, time, "contract").resources(Pod.class).list(ListOptions.inNamespace(NS)))
                .isEmpty();
    }
}
