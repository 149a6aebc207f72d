package io.k8j.controllers;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.authz.AuthorizerChain;
import io.k8j.apiserver.authz.RbacAuthorizer;
import io.k8j.apiserver.authz.RbacIndex;
import io.k8j.apiserver.authz.RoleReconciler;
import io.k8j.apiserver.cache.ObjectBytes;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.client.MutationDetector;
import io.k8j.client.ObjectKey;
import io.k8j.client.ResourceCatalog;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.time.SystemTime;
import io.k8j.model.yaml.Yaml;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import io.k8j.store.WriteOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/** An API server over memory with all controllers and simulated nodes, in this JVM. */
final class TestCluster implements AutoCloseable {
    static final String NS = "test";
    static final ControllersConfig SETTINGS = ControllersConfig.DEFAULTS.withRootCa("test CA");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final SystemTime time = new SystemTime();
    final Store store = MemoryStore.open(StoreConfig.DEFAULTS);
    final ApiServerCore core;
    final Client client;
    final ControllerManager manager;
    final SimulatedNodes nodes;

    TestCluster() {
        this(SETTINGS);
    }

    TestCluster(ControllersConfig config) {
        this(config, Map.of());
    }

    /** A cluster with other APIs and features than those that are on by default. */
    static TestCluster with(ServedApis apis) {
        return with(apis, Map.of());
    }

    /** @param stored YAML of objects that are there from long ago, by their keys in the store */
    static TestCluster with(ServedApis apis, Map<String, String> stored) {
        return new TestCluster(ControllersConfig.DEFAULTS.withGates(apis.servedGates()), stored, apis);
    }

    /** @param stored YAML of objects that are there from long ago, by their keys in the store */
    TestCluster(ControllersConfig config, Map<String, String> stored) {
        this(config, stored, ServedApis.DEFAULTS);
    }

    /** As the server stores it: with the version that it gets. */
    private void store(String key, String yaml) {
        ObjectBytes object = ObjectBytes.encode(Trees.asMap((Map<?, ?>) Yaml.parse(yaml)), true);
        store.put(key, object.at(store.revision() + 1), 0, WriteOptions.FSYNC);
    }

    private TestCluster(ControllersConfig config, Map<String, String> stored, ServedApis apis) {
        stored.forEach(this::store);
        core = ApiServerCore.open(
                store,
                CoreConfig.DEFAULTS.withApis(apis),
                time,
                new ApiServerCore.Parts(
                        TestCluster::authorizer, internals -> List.of(), null, null, ApiServerCore.Parts.CHANCE));
        client = client("tester");
        new RoleReconciler(client.transport(), apis).run();
        manager = ControllerManager.start(
                client(UserInfo.of("system:kube-controller-manager", "system:authenticated")),
                this::accountClient,
                this::catalog,
                config);
        nodes = new SimulatedNodes(client("simulated-kubelet"));
        resources(Namespace.class)
                .create(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NS)
                        .endMetadata()
                        .build());
    }

    /** Roles count for controllers, so that a test fails when one does more than its role allows. */
    private static Authorizer authorizer(ObjectReader reader) {
        return new AuthorizerChain(List.of(new RbacAuthorizer(new RbacIndex(reader))));
    }

    private Client client(String name) {
        UserInfo user = UserInfo.of("system:" + name, "system:masters", "system:authenticated");
        return new Client(core.transport(user, name), time, name);
    }

    private Client client(UserInfo user) {
        return new Client(core.transport(user, "kube-controller-manager"), time, "kube-controller-manager");
    }

    private Client accountClient(String account) {
        return client(UserInfo.of(
                "system:serviceaccount:kube-system:" + account,
                "system:serviceaccounts",
                "system:serviceaccounts:kube-system",
                "system:authenticated"));
    }

    private List<ResourceCatalog.Entry> catalog() {
        return core.table().all().stream()
                .map(served -> served.info())
                .filter(info -> info.stored() && info.storageKind().equals(info.gvk()))
                .map(TestCluster::entry)
                .toList();
    }

    private static ResourceCatalog.Entry entry(ResourceInfo info) {
        return new ResourceCatalog.Entry(info.gvr(), info.gvk().kind(), info.namespaced(), Set.copyOf(info.verbs()));
    }

    <T extends HasMetadata> Resources<T> resources(Class<T> type) {
        return client.resources(type);
    }

    <T extends HasMetadata> T create(Class<T> type, String yaml) {
        T object = ApiObject.ofTree(tree(yaml)).as(type);
        if (object.getMetadata().getNamespace() == null && Namespaced.class.isAssignableFrom(type)) {
            object.getMetadata().setNamespace(NS);
        }
        return resources(type).create(object);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> tree(String yaml) {
        return (Map<String, Object>) Yaml.parse(yaml);
    }

    <T extends HasMetadata> T get(Class<T> type, String name) {
        return resources(type).get(key(type, name));
    }

    <T extends HasMetadata> boolean exists(Class<T> type, String name) {
        return resources(type).find(key(type, name)).isPresent();
    }

    static ObjectKey key(Class<?> type, String name) {
        boolean namespaced = Namespaced.class.isAssignableFrom(type);
        return new ObjectKey(namespaced ? NS : "", name);
    }

    <T extends HasMetadata> List<T> list(Class<T> type) {
        return resources(type).list(ListOptions.inNamespace(NS));
    }

    List<Pod> pods(String selector) {
        return resources(Pod.class).list(ListOptions.inNamespace(NS).labels(selector));
    }

    /** Events about an object as {@code reason: message}. */
    List<String> events(String about) {
        return list(Event.class).stream()
                .filter(e -> e.getInvolvedObject().getName().equals(about))
                .map(e -> e.getReason() + ": " + e.getMessage())
                .toList();
    }

    static void eventually(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsMatching(e -> e instanceof ApiException
                        || e instanceof NullPointerException
                        || e instanceof NoSuchElementException)
                .until(condition);
    }

    @Override
    public void close() {
        manager.close();
        nodes.close();
        core.close();
        store.close();
        time.close();
        Assertions.assertThat(MutationDetector.found())
                .as("changes of shared objects")
                .isEmpty();
    }
}
