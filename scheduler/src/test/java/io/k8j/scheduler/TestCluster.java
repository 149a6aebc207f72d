package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** An API server in memory and a scheduler, with short words for Pods and nodes. */
final class TestCluster implements AutoCloseable {
    final SystemTime time = new SystemTime();
    final Store store = MemoryStore.open(StoreConfig.DEFAULTS);
    final ApiServerCore core;
    final Client client;
    Scheduler scheduler;

    TestCluster() {
        this(ServedApis.DEFAULTS);
    }

    TestCluster(ServedApis apis) {
        core = ApiServerCore.open(store, CoreConfig.DEFAULTS.withApis(apis), time, ApiServerCore.Parts.open());
        client = new Client(core.transport(UserInfo.of("tester", "system:masters"), "tester"), time, "kube-scheduler");
    }

    TestCluster start() {
        return start(SchedulerConfig.DEFAULTS);
    }

    TestCluster start(SchedulerConfig config) {
        scheduler = Scheduler.start(config, client);
        return this;
    }

    Resources<Pod> pods() {
        return client.resources(Pod.class);
    }

    /** A node with that many CPUs and GiB, room for 110 Pods. */
    Node node(String name, int cpus, int gigabytes, Consumer<NodeBuilder> change) {
        Map<String, Quantity> has = Map.of(
                "cpu", new Quantity(String.valueOf(cpus)),
                "memory", new Quantity(gigabytes + "Gi"),
                "pods", new Quantity("110"));
        NodeBuilder builder = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withCapacity(has)
                .withAllocatable(has)
                .endStatus();
        change.accept(builder);
        return client.resources(Node.class).create(builder.build());
    }

    Node node(String name, int cpus, int gigabytes) {
        return node(name, cpus, gigabytes, b -> {});
    }

    static PodBuilder pod(String name, String cpu) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("busybox")
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .endResources()
                .endContainer()
                .endSpec();
    }

    Pod create(PodBuilder pod) {
        return pods().create(pod.build());
    }

    Pod get(String name) {
        return pods().get(new ObjectKey("default", name));
    }

    /** Waits for the Pod's node. */
    String nodeOf(String name) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> get(name).getSpec().getNodeName(), node -> node != null);
    }

    /** Waits until the Pod is refused. */
    PodCondition refusal(String name) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> get(name).getStatus().getConditions().stream()
                                .filter(c -> c.getType().equals("PodScheduled") && c.getReason() != null)
                                .findFirst()
                                .orElse(null),
                        condition -> condition != null);
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.close();
        }
        core.close();
        store.close();
        time.close();
    }
}
