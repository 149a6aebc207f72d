package io.k8j.scheduler.plugins.preemption;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.Informer;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes room for a group in the whole cluster: removes in thought all that is less important, sees whether the group fits
 * then, and lets as many stay as possible, the most important first. Belongs to the scheduling thread.
 */
final class GroupPreemption {
    private final Nodes nodes;
    private final PodGroups groups;
    private final FrameworkHandle framework;
    private final Informer<PodDisruptionBudget> budgets;
    private final Evictor evictor;

    GroupPreemption(PluginContext context, Evictor evictor) {
        this.nodes = context.nodes();
        this.groups = context.groups();
        this.framework = context.framework();
        this.budgets = context.informers().of(PodDisruptionBudget.class);
        this.evictor = evictor;
    }

    /** @param schedule tries the group on the nodes as they are then */
    Status makeRoom(PodGroup group, List<PodInfo> pods, Supplier<Status> schedule) {
        if (pods.stream().anyMatch(pod -> "Never".equals(pod.pod().getSpec().getPreemptionPolicy()))) {
            return Status.unschedulable("not eligible due to preemptionPolicy=Never.");
        }
        List<GroupVictim> lesser = new ArrayList<>();
        for (GroupVictim victim : GroupVictim.on(Arrays.asList(nodes.all()), groups)) {
            if (victim.priority() < group.priority()) lesser.add(victim);
        }
        if (lesser.isEmpty()) return Status.unresolvable("No preemption victims found for incoming preemptor");
        List<GroupVictim> chosen = new ArrayList<>();
        Status status = choose(lesser, schedule, chosen);
        if (!status.isSuccess()) return status;
        chosen.sort(GroupVictim.IMPORTANCE);
        List<PodInfo> victims =
                chosen.stream().flatMap(victim -> victim.pods().stream()).toList();
        framework.countVictims(victims.size());
        return evictor.evict(new Preemptor(group.getMetadata().getUid(), "podgroup", pods), victims, "cluster");
    }

    /** Finds who must leave. Leaves the nodes as they were. */
    private Status choose(List<GroupVictim> lesser, Supplier<Status> schedule, List<GroupVictim> chosen) {
        Set<GroupVictim> away = identities(lesser);
        lesser.forEach(victim -> victim.pods().forEach(nodes::removePod));
        try {
            Status status = schedule.get();
            if (!status.isSuccess()) return status;
            lesser.sort(GroupVictim.IMPORTANCE);
            List<GroupVictim> order = new ArrayList<>(Disruptions.violating(lesser, GroupVictim::pods, budgets.all()));
            Set<GroupVictim> violating = identities(order);
            lesser.stream().filter(victim -> !violating.contains(victim)).forEach(order::add);
            for (GroupVictim victim : order) {
                victim.pods().forEach(nodes::addPod);
                if (schedule.get().isSuccess()) {
                    away.remove(victim);
                } else {
                    victim.pods().forEach(nodes::removePod);
                    chosen.add(victim);
                }
            }
            return Status.SUCCESS;
        } finally {
            away.forEach(victim -> victim.pods().forEach(nodes::addPod));
        }
    }

    private static Set<GroupVictim> identities(List<GroupVictim> victims) {
        Set<GroupVictim> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(victims);
        return set;
    }
}
