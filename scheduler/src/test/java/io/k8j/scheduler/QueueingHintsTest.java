package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.InformerFactory;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.ClusterEvent.Resource;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.plugins.DefaultPlugins;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which changes wake Pods that a plugin refused, with the outcomes of upstream's own tables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueueingHintsTest {
    /**
     * One line of {@code hints.yaml}.
     *
     * @param event such as {@code NODE ADD}, {@code ASSIGNED_POD DELETE} or {@code PENDING_POD POD_LABELS}
     */
    record Case(String plugin, String name, Object pod, String event, Object before, Object now, boolean helps) {
        @Override
        public String toString() {
            return plugin + ": " + name;
        }
    }

    private static final Map<String, Integer> ACTIONS = Map.of(
            "ADD", ClusterEvent.ADD,
            "DELETE", ClusterEvent.DELETE,
            "UPDATE", ClusterEvent.UPDATE,
            "NODE_ALLOCATABLE", ClusterEvent.NODE_ALLOCATABLE,
            "NODE_LABELS", ClusterEvent.NODE_LABELS,
            "NODE_TAINTS", ClusterEvent.NODE_TAINTS,
            "NODE_FEATURES", ClusterEvent.NODE_FEATURES,
            "POD_LABELS", ClusterEvent.POD_LABELS,
            "POD_TOLERATIONS", ClusterEvent.POD_TOLERATIONS,
            "POD_SCALED_DOWN", ClusterEvent.POD_SCALED_DOWN);

    private final TestCluster cluster = new TestCluster();
    private final ResourceNames names = new ResourceNames();
    private final Map<String, Plugin> plugins = new LinkedHashMap<>();

    @BeforeAll
    void open() {
        Nodes nodes = new Nodes(names);
        Indexes indexes = Indexes.of(nodes, namespace -> Map.of());
        InformerFactory informers = new InformerFactory(cluster.client);
        for (DefaultPlugins.Entry entry : DefaultPlugins.ALL) {
            PluginContext context = new PluginContext(cluster.client, informers, null, nodes, indexes, null, Map.of());
            plugins.put(entry.name(), entry.create().apply(context));
        }
    }

    @AfterAll
    void close() {
        cluster.close();
    }

    static List<Case> cases() throws IOException {
        try (InputStream in = QueueingHintsTest.class.getResourceAsStream("hints.yaml")) {
            List<Case> cases = new ArrayList<>();
            for (Object item : (List<?>) Yaml.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))) {
                Map<?, ?> row = (Map<?, ?>) item;
                cases.add(new Case(
                        (String) row.get("plugin"),
                        (String) row.get("name"),
                        row.get("pod"),
                        (String) row.get("event"),
                        row.get("before"),
                        row.get("now"),
                        (Boolean) row.get("helps")));
            }
            return cases;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aChangeWakesThosePodsThatItMayHelp(Case c) {
        String[] words = c.event().split(" ");
        ClusterEvent event = new ClusterEvent(Resource.valueOf(words[0]), ACTIONS.get(words[1]));
        PodInfo pod = (PodInfo) object(Resource.PENDING_POD, c.pod());
        boolean helps = false;
        for (EventHint hint : plugins.get(c.plugin()).events()) {
            helps |= hint.event().overlaps(event)
                    && hint.hint().helps(pod, object(event.resource(), c.before()), object(event.resource(), c.now()));
        }
        assertThat(helps).isEqualTo(c.helps());
    }

    private Object object(Resource resource, Object tree) {
        if (tree == null) return null;
        return switch (resource) {
            case PENDING_POD, ASSIGNED_POD -> new PodInfo(names, read(tree, Pod.class));
            case NODE -> read(tree, Node.class);
            case VOLUME_CLAIM -> read(tree, PersistentVolumeClaim.class);
            case STORAGE_CLASS -> read(tree, StorageClass.class);
            default -> throw new IllegalArgumentException("no case has " + resource);
        };
    }

    /** What every object has is left out in the table. */
    private static <T extends HasMetadata> T read(Object tree, Class<T> type) {
        Map<String, Object> object = Trees.deepCopy(Trees.map(tree));
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("name", "o", "namespace", "ns", "uid", "o"));
        metadata.putAll(Trees.map(object, "metadata"));
        object.put("metadata", metadata);
        object.putIfAbsent("spec", new LinkedHashMap<>());
        object.putIfAbsent("status", new LinkedHashMap<>());
        return ApiObject.ofTree(object).as(type);
    }

    @Test
    void everyPluginThatRefusesSaysWhatHelps() {
        plugins.forEach((name, plugin) -> {
            boolean refuses = plugin instanceof Plugin.PreFilter || plugin instanceof Plugin.Filter;
            if (refuses) assertThat(plugin.events()).as(name).isNotEmpty();
        });
    }
}
