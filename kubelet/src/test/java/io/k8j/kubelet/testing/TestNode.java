package io.k8j.kubelet.testing;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.Kubelet;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A node agent over a runtime, with a real API server in memory. */
public final class TestNode implements AutoCloseable {
    public static final String NAME = "node-1";

    /** Far longer than anything takes, even on a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    static final String CGROUP = "/k8jtest";

    private final SystemTime time = new SystemTime();
    private final Store store = MemoryStore.open(StoreConfig.DEFAULTS);
    private final ApiServerCore core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open());
    private final Client admin = client("admin", "system:masters");
    private final ContainerRuntime runtime;
    private final KubeletConfig config;
    private Kubelet kubelet;

    public TestNode(ContainerRuntime runtime, Path dataDir, boolean simulated) throws Exception {
        this(runtime, dataDir, simulated, KubeletOptions.DEFAULTS);
    }

    private TestNode(ContainerRuntime runtime, Path dataDir, boolean simulated, KubeletOptions options)
            throws Exception {
        this.runtime = runtime;
        KubeletConfig usual = KubeletConfig.defaults(NAME, List.of("127.0.0.1"), dataDir)
                .withListener("127.0.0.1", 0)
                .withClusterDns(List.of("10.43.0.10"), "cluster.local")
                .withNode("v1.36.0+k8j0", 110, CGROUP)
                .withOptions(options);
        this.config = simulated ? usual.forSimulation() : usual;
        namespace("default");
        namespace("kube-node-lease");
        startKubelet();
    }

    public static TestNode simulated(Path dataDir) throws Exception {
        return new TestNode(new SimulatedRuntime(new SystemTime(), "10.42.0."), dataDir, true);
    }

    public static TestNode simulated(Path dataDir, KubeletOptions options) throws Exception {
        return new TestNode(new SimulatedRuntime(new SystemTime(), "10.42.0."), dataDir, true, options);
    }

    private Client client(String name, String group) {
        return new Client(core.transport(UserInfo.of(name, group, "system:authenticated"), "test"), time, name);
    }

    private void namespace(String name) {
        try {
            admin.resources(Namespace.class)
                    .create(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
        }
    }

    public void startKubelet() throws Exception {
        kubelet = Kubelet.start(config, client("system:node:" + NAME, "system:nodes"), runtime, null, cidr -> {});
    }

    public void stopKubelet() {
        kubelet.close();
    }

    public Client api() {
        return admin;
    }

    public Kubelet kubelet() {
        return kubelet;
    }

    public ContainerRuntime runtime() {
        return runtime;
    }

    /** Creates a Pod of this node from the JSON of its spec, in which ' stands for ". */
    public Pod create(String name, String spec) {
        return create(name, Map.of(), spec);
    }

    public Pod create(String name, Map<String, String> annotations, String spec) {
        return create(name, annotations, List.of(), spec);
    }

    public Pod create(String name, Map<String, String> annotations, List<String> finalizers, String spec) {
        Map<String, Object> tree =
                Json.parseObject("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default"},"spec":%s}""".formatted(name, spec.replace('\'', '"')).getBytes(StandardCharsets.UTF_8));
        Pod pod = ApiObject.ofTree(tree).as(Pod.class);
        return admin.resources(Pod.class)
                .create(new PodBuilder(pod)
                        .editMetadata()
                        .withAnnotations(annotations)
                        .withFinalizers(finalizers)
                        .endMetadata()
                        .editSpec()
                        .withNodeName(NAME)
                        .endSpec()
                        .build());
    }

    public Optional<Pod> find(String name) {
        return admin.resources(Pod.class).find(new ObjectKey("default", name));
    }

    /** Waits until a Pod is as wanted. */
    public Pod await(String name, String what, Predicate<Pod> wanted) {
        Pod[] last = new Pod[1];
        try {
            Awaitility.await(what)
                    .atMost(LONGEST)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        last[0] = find(name).orElse(null);
                        return last[0] != null && last[0].getStatus() != null && wanted.test(last[0]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    what + ": " + (last[0] == null ? "no pod" : Json.writeString(ApiObject.treeOf(last[0]))) + "\n"
                            + events(name),
                    e);
        }
        return last[0];
    }

    public Pod awaitPhase(String name, String phase) {
        return await(name, "phase " + phase, pod -> phase.equals(pod.getStatus().getPhase()));
    }

    public void awaitGone(String name) {
        Awaitility.await("pod is gone")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> find(name).isEmpty());
    }

    public static ContainerStatus container(Pod pod, int index) {
        return pod.getStatus().getContainerStatuses().get(index);
    }

    /** Events about a Pod as {@code reason: message}. */
    public List<String> events(String pod) {
        return admin.resources(Event.class).list(ListOptions.inNamespace("default")).stream()
                .filter(event -> event.getInvolvedObject().getName().equals(pod))
                .map(event -> event.getReason() + ": " + event.getMessage())
                .toList();
    }

    public <T extends HasMetadata> T create(Class<T> type, String json) {
        Map<String, Object> tree = Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return admin.resources(type).create(ApiObject.ofTree(tree).as(type));
    }

    @Override
    public void close() {
        kubelet.close();
        core.close();
        store.close();
        time.close();
    }
}
