package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.junit.K8j;
import io.kubernetes.client.extended.controller.Controller;
import io.kubernetes.client.extended.controller.LeaderElectingController;
import io.kubernetes.client.extended.controller.builder.ControllerBuilder;
import io.kubernetes.client.extended.controller.reconciler.Reconciler;
import io.kubernetes.client.extended.controller.reconciler.Request;
import io.kubernetes.client.extended.controller.reconciler.Result;
import io.kubernetes.client.extended.event.EventType;
import io.kubernetes.client.extended.event.legacy.EventRecorder;
import io.kubernetes.client.extended.event.legacy.LegacyEventBroadcaster;
import io.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.kubernetes.client.extended.leaderelection.LeaderElector;
import io.kubernetes.client.extended.leaderelection.Lock;
import io.kubernetes.client.extended.leaderelection.resourcelock.ConfigMapLock;
import io.kubernetes.client.extended.leaderelection.resourcelock.EndpointsLock;
import io.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.kubernetes.client.extended.pager.Pager;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.informer.cache.Lister;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1EventSource;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What operators take from the official Java client's part for controllers: elections, informers with a work queue and a
 * reconciler, events, pages.
 */
@K8j
@Execution(ExecutionMode.CONCURRENT) // most of the time they wait for a lease to run out
class OfficialControllersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** Where the elected leader is written down. */
    enum Kind {
        LEASE,
        CONFIG_MAP,
        ENDPOINTS;

        Lock lock(String namespace, String identity, ApiClient client) {
            return switch (this) {
                case LEASE -> new LeaseLock(namespace, "election", identity, client);
                case CONFIG_MAP -> new ConfigMapLock(namespace, "election", identity, client);
                case ENDPOINTS -> new EndpointsLock(namespace, "election", identity, client);
            };
        }
    }

    private static LeaderElector elector(Lock lock) {
        return new LeaderElector(
                new LeaderElectionConfig(lock, Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2)));
    }

    private static Thread candidate(LeaderElector elector, String identity, List<String> leaders) {
        return Thread.ofVirtual()
                .name(identity)
                .start(() -> elector.run(() -> leaders.add(identity), () -> leaders.remove(identity)));
    }

    @ParameterizedTest
    @EnumSource
    void oneOfTwoLeadsAndTheOtherTakesOver(Kind kind, ApiClient official, @K8j.Namespace String namespace)
            throws InterruptedException, ApiException {
        List<String> leaders = new CopyOnWriteArrayList<>();
        Lock observed = kind.lock(namespace, "observer", official);
        LeaderElector second = elector(kind.lock(namespace, "second", official));
        Thread waiting;
        try (LeaderElector first = elector(kind.lock(namespace, "first", official))) {
            Thread leading = candidate(first, "first", leaders);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(leaders).containsExactly("first"));
            assertThat(observed.get().getHolderIdentity()).isEqualTo("first");
            waiting = candidate(second, "second", leaders);
            leading.interrupt();
        }
        try (second) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(leaders).contains("second"));
            assertThat(observed.get().getHolderIdentity()).isEqualTo("second");
            assertThat(observed.get().getLeaderTransitions()).isEqualTo(1);
        } finally {
            waiting.interrupt();
            waiting.join();
        }
    }

    /** Makes a Secret of each ConfigMap, at the second try, and tells of it. */
    private record Copies(Lister<V1ConfigMap> maps, CoreV1Api api, EventRecorder events, AtomicInteger tries)
            implements Reconciler {
        @Override
        public Result reconcile(Request request) {
            if (!request.getName().startsWith("copied")) return new Result(false);
            if (tries.incrementAndGet() == 1) return new Result(true);
            V1ConfigMap map = maps.namespace(request.getNamespace()).get(request.getName());
            V1Secret secret = new V1Secret()
                    .metadata(new V1ObjectMeta().name(request.getName()))
                    .data(Map.of("word", map.getData().get("word").getBytes(StandardCharsets.UTF_8)));
            try {
                api.createNamespacedSecret(request.getNamespace(), secret).execute();
            } catch (ApiException e) {
                return new Result(true);
            }
            events.event(map, EventType.Normal, "Copied", "made Secret %s", request.getName());
            return new Result(false);
        }
    }

    private static Controller controller(SharedInformerFactory factory, Reconciler reconciler) {
        return ControllerBuilder.defaultBuilder(factory)
                .withName("copies")
                .withWorkerCount(2)
                .withReconciler(reconciler)
                .watch(queue -> ControllerBuilder.controllerWatchBuilder(V1ConfigMap.class, queue)
                        .withResyncPeriod(Duration.ZERO)
                        .build())
                .build();
    }

    @Test
    void anElectedControllerReconcilesWhatItsInformerSees(
            ApiClient official, KubernetesClient client, @K8j.Namespace String namespace) {
        SharedInformerFactory factory = new SharedInformerFactory(official);
        SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", official),
                V1ConfigMap.class,
                0,
                namespace);
        LegacyEventBroadcaster events = new LegacyEventBroadcaster(new CoreV1Api(official));
        events.startRecording();
        AtomicInteger tries = new AtomicInteger();
        Controller elected = new LeaderElectingController(
                elector(Kind.LEASE.lock(namespace, "controller", official)),
                controller(
                        factory,
                        new Copies(
                                new Lister<>(informer.getIndexer()),
                                new CoreV1Api(official),
                                events.newRecorder(new V1EventSource().component("copies")),
                                tries)));
        factory.startAllRegisteredInformers();
        Thread running = Thread.ofVirtual().start(elected::run);
        try {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("copied")
                            .endMetadata()
                            .addToData("word", "hello")
                            .build())
                    .create();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(client.secrets().withName("copied").get())
                                    .isNotNull());
            assertThat(client.secrets().withName("copied").get().getData()).containsEntry("word", "aGVsbG8=");
            assertThat(tries).hasValueGreaterThan(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(client.v1().events().list().getItems())
                            .extracting(Event::getReason)
                            .contains("Copied"));
        } finally {
            elected.shutdown();
            running.interrupt();
            events.shutdown();
            factory.stopAllRegisteredInformers();
        }
    }

    @Test
    void pagesAreReadToTheEnd(ApiClient official, KubernetesClient client, @K8j.Namespace String namespace) {
        IntStream.range(0, 7)
                .forEach(i -> client.resource(new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName("page-" + i)
                                .addToLabels("paged", "yes")
                                .endMetadata()
                                .build())
                        .create());
        CoreV1Api api = new CoreV1Api(official);
        List<String> names = new ArrayList<>();
        new Pager<V1ConfigMap, V1ConfigMapList>(
                        page -> {
                            try {
                                return api.listNamespacedConfigMap(namespace)
                                        .labelSelector("paged")
                                        .limit(page.getLimit())
                                        ._continue(page.getContinueToken())
                                        .buildCall(null);
                            } catch (ApiException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        official,
                        3,
                        V1ConfigMapList.class)
                .forEach(map -> names.add(map.getMetadata().getName()));
        assertThat(names)
                .containsExactly(
                        IntStream.range(0, 7).mapToObj(i -> "page-" + i).toArray(String[]::new));
    }
}
