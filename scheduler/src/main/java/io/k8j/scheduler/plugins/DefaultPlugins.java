package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.k8j.model.feature.FeatureGates;
import io.k8j.scheduler.devices.ClaimTracker;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.plugins.devices.DynamicResourcesPlugin;
import io.k8j.scheduler.plugins.group.GangSchedulingPlugin;
import io.k8j.scheduler.plugins.group.PodGroupPodsCountPlugin;
import io.k8j.scheduler.plugins.group.TopologyPlacementPlugin;
import io.k8j.scheduler.plugins.preemption.DefaultPreemptionPlugin;
import io.k8j.scheduler.plugins.volumes.NodeVolumeLimitsPlugin;
import io.k8j.scheduler.plugins.volumes.VolumeBindingPlugin;
import io.k8j.scheduler.plugins.volumes.VolumeRestrictionsPlugin;
import io.k8j.scheduler.plugins.volumes.VolumeZonePlugin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** The plugins there are, in their running order, with the weights of their scores in the default profile. */
public final class DefaultPlugins {
    /**
     * A plugin of the default profile.
     *
     * @param name the plugin's name
     * @param weight of its score; 0 if it gives none
     * @param gate feature that brings it; empty if it is always there
     * @param create makes it; throws IllegalArgumentException for arguments that do not fit
     */
    public record Entry(String name, int weight, String gate, Function<PluginContext, Plugin> create) {
        /** One that is always there. */
        public Entry(String name, int weight, Function<PluginContext, Plugin> create) {
            this(name, weight, "", create);
        }

        public boolean isIn(FeatureGates gates) {
            return gate.isEmpty() || gates.isOn(gate);
        }
    }

    public static final List<Entry> ALL = List.of(
            new Entry("SchedulingGates", 0, context -> new SchedulingGatesPlugin()),
            new Entry("PrioritySort", 0, context -> new PrioritySortPlugin()),
            // The cheapest filters, and those that refuse most, go first.
            new Entry("NodeUnschedulable", 0, context -> new NodeUnschedulablePlugin()),
            new Entry(
                    "NodeDeclaredFeatures",
                    0,
                    FeatureGates.NODE_DECLARED_FEATURES,
                    context -> new NodeDeclaredFeaturesPlugin()),
            new Entry("NodeName", 0, context -> new NodeNamePlugin()),
            new Entry("TaintToleration", 3, context -> new TaintTolerationPlugin()),
            new Entry("NodeAffinity", 2, DefaultPlugins::nodeAffinity),
            new Entry("NodePorts", 0, context -> new NodePortsPlugin()),
            new Entry("NodeResourcesFit", 1, DefaultPlugins::fit),
            new Entry("VolumeRestrictions", 0, context -> new VolumeRestrictionsPlugin(Claims.of(context.informers()))),
            new Entry("NodeVolumeLimits", 0, DefaultPlugins::volumeLimits),
            new Entry("VolumeBinding", 0, DefaultPlugins::volumeBinding),
            new Entry("VolumeZone", 0, context -> new VolumeZonePlugin(Claims.of(context.informers()))),
            new Entry("PodTopologySpread", 2, DefaultPlugins::spread),
            new Entry("InterPodAffinity", 2, DefaultPlugins::interPodAffinity),
            // Giving back an idle device harms less than removing a Pod.
            new Entry("DynamicResources", 2, DefaultPlugins::devices),
            new Entry("DefaultPreemption", 0, DefaultPlugins::preemption),
            new Entry("NodeResourcesBalancedAllocation", 1, DefaultPlugins::balanced),
            new Entry("ImageLocality", 1, context -> new ImageLocalityPlugin()),
            new Entry("GangScheduling", 0, FeatureGates.GANG_SCHEDULING, GangSchedulingPlugin::new),
            new Entry(
                    "TopologyPlacementGenerator",
                    0,
                    FeatureGates.TOPOLOGY_AWARE_WORKLOADS,
                    TopologyPlacementPlugin::new),
            new Entry("PodGroupPodsCount", 1, FeatureGates.TOPOLOGY_AWARE_WORKLOADS, PodGroupPodsCountPlugin::new),
            new Entry("DefaultBinder", 0, context -> new DefaultBinderPlugin(context.client())));

    private DefaultPlugins() {}

    private static Plugin nodeAffinity(PluginContext context) {
        PluginArgs args = new PluginArgs("NodeAffinity", context.args());
        return new NodeAffinityPlugin(args.as("addedAffinity", NodeAffinity.class));
    }

    private static Plugin fit(PluginContext context) {
        PluginArgs args = new PluginArgs("NodeResourcesFit", context.args());
        PluginArgs strategy = args.object("scoringStrategy");
        String type = strategy.text("type", "LeastAllocated");
        return new NodeResourcesFitPlugin(
                context.names(),
                switch (type) {
                    case "LeastAllocated" -> NodeResourcesFitPlugin.LEAST_ALLOCATED;
                    case "MostAllocated" -> NodeResourcesFitPlugin.MOST_ALLOCATED;
                    case "RequestedToCapacityRatio" -> CapacityShape.of(strategy.object("requestedToCapacityRatio"));
                    default ->
                        throw strategy.wrong("type", "want LeastAllocated, MostAllocated or RequestedToCapacityRatio");
                },
                type.equals("RequestedToCapacityRatio"),
                resources(context.names(), strategy),
                args.texts("ignoredResources"),
                args.texts("ignoredResourceGroups"),
                ClaimTracker.of(context).byResource()::has);
    }

    private static Plugin volumeLimits(PluginContext context) {
        return new NodeVolumeLimitsPlugin(
                Claims.of(context.informers()),
                context.informers().of(CSINode.class),
                context.informers().of(VolumeAttachment.class));
    }

    private static Plugin volumeBinding(PluginContext context) {
        PluginArgs args = new PluginArgs("VolumeBinding", context.args());
        return new VolumeBindingPlugin(
                context, Claims.of(context.informers()), Duration.ofSeconds(args.number("bindTimeoutSeconds", 600)));
    }

    private static Plugin balanced(PluginContext context) {
        PluginArgs args = new PluginArgs("NodeResourcesBalancedAllocation", context.args());
        return new BalancedAllocationPlugin(resources(context.names(), args));
    }

    private static Plugin spread(PluginContext context) {
        PluginArgs args = new PluginArgs("PodTopologySpread", context.args());
        boolean system = args.text("defaultingType", "System").equals("System");
        return new PodTopologySpreadPlugin(
                context.indexes(),
                new WorkloadSelectors(context.informers()),
                system
                        ? PodTopologySpreadPlugin.SYSTEM_DEFAULTS
                        : args.listOf("defaultConstraints", TopologySpreadConstraint.class),
                system);
    }

    private static Plugin interPodAffinity(PluginContext context) {
        PluginArgs args = new PluginArgs("InterPodAffinity", context.args());
        return new InterPodAffinityPlugin(
                context.indexes(),
                args.number("hardPodAffinityWeight", 1),
                args.flag("ignorePreferredTermsOfExistingPods", false));
    }

    private static Plugin devices(PluginContext context) {
        PluginArgs args = new PluginArgs("DynamicResources", context.args());
        return new DynamicResourcesPlugin(
                context,
                new Random(),
                args.duration("filterTimeout", Duration.ofSeconds(10)),
                args.duration("bindingTimeout", Duration.ofSeconds(600)));
    }

    private static Plugin preemption(PluginContext context) {
        PluginArgs args = new PluginArgs("DefaultPreemption", context.args());
        return new DefaultPreemptionPlugin(
                context,
                new Random(),
                args.number("minCandidateNodesPercentage", 10),
                args.number("minCandidateNodesAbsolute", 100));
    }

    private static List<ScoredResource> resources(ResourceNames names, PluginArgs args) {
        List<ScoredResource> resources = new ArrayList<>();
        for (PluginArgs resource : args.objects("resources")) {
            resources.add(ScoredResource.of(names, resource.text("name", ""), resource.number("weight", 1)));
        }
        return resources.isEmpty()
                ? List.of(ScoredResource.of(names, "cpu", 1), ScoredResource.of(names, "memory", 1))
                : resources;
    }
}
