package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.ResourceNames;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The plugins there are, in their running order, with the weights of their scores in the default profile. */
public final class DefaultPlugins {
    /**
     * A plugin of the default profile.
     *
     * @param name the plugin's name
     * @param weight of its score; 0 if it gives none
     * @param create makes it
     */
    public record Entry(String name, int weight, Function<PluginContext, Plugin> create) {}

    public static final List<Entry> ALL = List.of(
            new Entry("SchedulingGates", 0, context -> new SchedulingGatesPlugin()),
            new Entry("PrioritySort", 0, context -> new PrioritySortPlugin()),
            // The cheapest filters, and those that refuse most, go first.
            new Entry("NodeUnschedulable", 0, context -> new NodeUnschedulablePlugin()),
            new Entry("NodeName", 0, context -> new NodeNamePlugin()),
            new Entry("TaintToleration", 3, context -> new TaintTolerationPlugin()),
            new Entry("NodeAffinity", 2, context -> new NodeAffinityPlugin(null)),
            new Entry("NodePorts", 0, context -> new NodePortsPlugin()),
            new Entry("NodeResourcesFit", 1, DefaultPlugins::fit),
            new Entry(
                    "NodeResourcesBalancedAllocation",
                    1,
                    context -> new BalancedAllocationPlugin(cpuAndMemory(context.names()))),
            new Entry("ImageLocality", 1, context -> new ImageLocalityPlugin()),
            new Entry("DefaultBinder", 0, context -> new DefaultBinderPlugin(context.client())));

    private DefaultPlugins() {}

    private static Plugin fit(PluginContext context) {
        return new NodeResourcesFitPlugin(
                context.names(),
                NodeResourcesFitPlugin.LEAST_ALLOCATED,
                false,
                cpuAndMemory(context.names()),
                Set.of(),
                Set.of());
    }

    private static List<ScoredResource> cpuAndMemory(ResourceNames names) {
        return List.of(ScoredResource.of(names, "cpu", 1), ScoredResource.of(names, "memory", 1));
    }
}
