package io.k8j.scheduler.cases;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.client.Client;
import io.k8j.client.InformerFactory;
import io.k8j.model.time.SystemTime;
import io.k8j.scheduler.cases.CaseFile.Case;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.plugins.DefaultPlugins;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds single plugins to what upstream's answer in the same situations: which nodes they refuse, how many points they give. */
class PluginCasesTest {
    private static final List<String> PLUGINS = List.of(
            "ImageLocality",
            "InterPodAffinity",
            "NodeAffinity",
            "NodeName",
            "NodePorts",
            "NodeResourcesBalancedAllocation",
            "NodeResourcesFit",
            "NodeUnschedulable",
            "PodTopologySpread",
            "TaintToleration");

    static Stream<Arguments> cases() {
        return PLUGINS.stream()
                .map(CaseFile::read)
                .flatMap(file -> file.cases().stream().map(one -> Arguments.of(file.plugin(), one, file)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cases")
    void answersAsUpstreamDoes(String name, Case one, CaseFile file) {
        try (SystemTime time = new SystemTime()) {
            ResourceNames names = new ResourceNames();
            Nodes nodes = new Nodes(names);
            Indexes indexes = Indexes.of(nodes, n -> file.namespaces().getOrDefault(n, Map.of()));
            Plugin plugin = plugin(name, one, nodes, indexes, time);
            one.nodes().forEach(node -> nodes.put(CaseObjects.node(node)));
            one.further().forEach(node -> nodes.put(CaseObjects.node(node)));
            int number = 1;
            for (String other : one.others()) {
                nodes.addPod(new PodInfo(names, CaseObjects.pod(other, number++)));
            }
            PodInfo pod = new PodInfo(names, CaseObjects.pod(one.pod(), 0));
            List<NodeInfo> asked = new ArrayList<>();
            for (String node : one.nodes()) {
                asked.add(nodes.get(Words.of(node).getFirst()));
            }
            assertThat(
                            one.asked().equals("filter")
                                    ? filter(plugin, pod, nodes, asked)
                                    : score(plugin, pod, nodes, asked))
                    .isEqualTo(one.expected());
        }
    }

    private static Plugin plugin(String name, Case one, Nodes nodes, Indexes indexes, SystemTime time) {
        Client client = new Client(null, time, "test");
        PluginContext context =
                new PluginContext(client, new InformerFactory(client), null, nodes, indexes, null, one.args());
        return DefaultPlugins.ALL.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow()
                .create()
                .apply(context);
    }

    private static Map<String, String> filter(Plugin plugin, PodInfo pod, Nodes nodes, List<NodeInfo> asked) {
        CycleState state = new CycleState();
        Set<String> only = null;
        if (plugin instanceof Plugin.PreFilter first) {
            Status status = first.preFilter(state, pod, nodes);
            if (status.isSkip()) {
                return Map.of("skip", "");
            }
            if (!status.isSuccess()) {
                return Map.of("all", said(status));
            }
            only = first.onlyNodes(state, pod);
        }
        Map<String, String> answers = new LinkedHashMap<>();
        for (NodeInfo node : asked) {
            boolean out = only != null && !only.contains(node.name());
            answers.put(node.name(), out ? "out" : said(((Plugin.Filter) plugin).filter(state, pod, node)));
        }
        return answers;
    }

    private static String said(Status status) {
        return switch (status.code()) {
            case SUCCESS -> "ok";
            case UNSCHEDULABLE_AND_UNRESOLVABLE -> "unresolvable: " + status.message();
            default -> status.code().name().toLowerCase(Locale.ROOT) + ": " + status.message();
        };
    }

    private static Map<String, String> score(Plugin plugin, PodInfo pod, Nodes nodes, List<NodeInfo> asked) {
        CycleState state = new CycleState();
        if (plugin instanceof Plugin.PreScore first
                && first.preScore(state, pod, nodes, asked).isSkip()) {
            return Map.of("skip", "");
        }
        Plugin.Score scoring = (Plugin.Score) plugin;
        long[] scores = asked.stream()
                .mapToLong(node -> scoring.score(state, pod, node))
                .toArray();
        scoring.normalize(state, pod, asked, scores);
        Map<String, String> answers = new LinkedHashMap<>();
        for (int i = 0; i < scores.length; i++) {
            answers.put(asked.get(i).name(), String.valueOf(scores[i]));
        }
        return answers;
    }
}
