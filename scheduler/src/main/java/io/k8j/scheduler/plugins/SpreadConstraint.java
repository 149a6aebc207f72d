package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.PodCounts;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Taints;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A compiled rule of even spreading.
 *
 * @param maxSkew most Pods that a domain may have more than the emptiest
 * @param topologyKey label that makes the domains
 * @param counted the Pods that are spread
 * @param minDomains with fewer domains the emptiest counts as empty
 * @param honorsAffinity whether only nodes that the Pod selects count
 * @param honorsTaints whether only nodes whose taints the Pod tolerates count
 */
record SpreadConstraint(
        int maxSkew,
        String topologyKey,
        PodCounts.PodSet counted,
        int minDomains,
        boolean honorsAffinity,
        boolean honorsTaints) {
    /** The Pod's own constraints, by whether they are hard ({@code DoNotSchedule}) or soft ({@code ScheduleAnyway}). */
    private record Own(List<SpreadConstraint> hard, List<SpreadConstraint> soft) {
        static Own of(PodInfo pod) {
            Own own = new Own(new ArrayList<>(), new ArrayList<>());
            for (TopologySpreadConstraint constraint : pod.pod().getSpec().getTopologySpreadConstraints()) {
                boolean isHard = "DoNotSchedule".equals(constraint.getWhenUnsatisfiable());
                (isHard ? own.hard : own.soft).add(SpreadConstraint.of(pod, constraint, selector(pod, constraint)));
            }
            return own;
        }
    }

    /** The Pod's own constraints that must be met, or that should be; must not be changed. */
    static List<SpreadConstraint> of(PodInfo pod, boolean hard) {
        Own own = pod.spreading(Own::of);
        return hard ? own.hard : own.soft;
    }

    static SpreadConstraint of(PodInfo pod, TopologySpreadConstraint constraint, LabelSelector selector) {
        PodCounts.Part part = new PodCounts.Part(selector, Set.of(pod.namespace()), LabelSelector.NOTHING);
        return new SpreadConstraint(
                constraint.getMaxSkew() == null ? 1 : constraint.getMaxSkew(),
                constraint.getTopologyKey(),
                new PodCounts.PodSet(List.of(part), true),
                constraint.getMinDomains() == null ? 1 : constraint.getMinDomains(),
                !"Ignore".equals(constraint.getNodeAffinityPolicy()),
                "Honor".equals(constraint.getNodeTaintsPolicy()));
    }

    private static LabelSelector selector(PodInfo pod, TopologySpreadConstraint constraint) {
        io.fabric8.kubernetes.api.model.LabelSelector selector = constraint.getLabelSelector();
        if (selector != null && constraint.getMatchLabelKeys() != null) {
            for (String key : constraint.getMatchLabelKeys()) {
                String value = pod.labels().get(key);
                if (value != null) {
                    selector = new LabelSelectorBuilder(selector)
                            .addNewMatchExpression()
                            .withKey(key)
                            .withOperator("In")
                            .withValues(value)
                            .endMatchExpression()
                            .build();
                }
            }
        }
        try {
            return LabelSelector.of(selector);
        } catch (SelectorException e) {
            return LabelSelector.NOTHING; // the API server lets none through
        }
    }

    /** Whether the Pods of all nodes count. */
    boolean includesAll(PodInfo pod) {
        return !(honorsAffinity && pod.hasNodeRequirements()) && !honorsTaints;
    }

    /** Whether the node's Pods count. */
    boolean includes(PodInfo pod, NodeInfo node) {
        if (honorsAffinity && !pod.selects(node)) {
            return false;
        }
        return !honorsTaints || Taints.untolerated(node.taints(), pod.tolerations()) == null;
    }
}
