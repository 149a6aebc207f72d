package io.k8j.controllers.daemonset;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.IntOrPercent;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What to do for a DaemonSet.
 *
 * @param nodes that need a new Pod
 * @param deletions Pods that are too many, on the wrong node or of an old template
 * @param ended Pods that have ended and must be replaced; also to be deleted, but not too fast
 */
record DaemonSetPlan(Set<String> nodes, List<Pod> deletions, List<Pod> ended) {
    private static final Comparator<Pod> OLDEST_FIRST = Comparator.comparing((Pod pod) -> !Pods.isScheduled(pod))
            .thenComparing(pod -> Times.created(pod))
            .thenComparing(pod -> Nulls.name(pod));

    static Map<String, List<Pod>> byNode(List<Pod> pods) {
        Map<String, List<Pod>> byNode = new TreeMap<>();
        pods.forEach(pod -> byNode.computeIfAbsent(DaemonPods.node(pod), k -> new ArrayList<>())
                .add(pod));
        return byNode;
    }

    static boolean isRolling(DaemonSet set) {
        return set.getSpec().getUpdateStrategy() == null
                || !"OnDelete".equals(set.getSpec().getUpdateStrategy().getType());
    }

    /** Puts a Pod on each node where one belongs, and takes away the others. */
    static DaemonSetPlan manage(DaemonSet set, Collection<Node> nodes, List<Pod> pods, String hash, Instant now) {
        DaemonSetPlan plan = new DaemonSetPlan(new LinkedHashSet<>(), new ArrayList<>(), new ArrayList<>());
        Map<String, List<Pod>> byNode = byNode(pods);
        for (Node node : nodes) {
            List<Pod> here = byNode.remove(Nulls.name(node));
            plan.manageNode(set, node, here == null ? List.of() : here, hash, now);
        }
        // What is left is meant for nodes that are gone; bound ones are the Pod garbage collector's.
        byNode.values()
                .forEach(gone -> gone.stream()
                        .filter(pod -> !Pods.isScheduled(pod) && !Nulls.isDeleting(pod))
                        .forEach(plan.deletions::add));
        return plan;
    }

    private void manageNode(DaemonSet set, Node node, List<Pod> here, String hash, Instant now) {
        NodeFit fit = NodeFit.of(node, set.getSpec().getTemplate().getSpec());
        if (fit.run() && here.isEmpty()) {
            nodes.add(Nulls.name(node));
            return;
        }
        if (!fit.stay()) {
            here.stream().filter(pod -> !Nulls.isDeleting(pod)).forEach(deletions::add);
            return;
        }
        List<Pod> running = new ArrayList<>();
        for (Pod pod : here) {
            if (Nulls.isDeleting(pod)) {
                continue;
            }
            if (Pods.isFinished(pod)) {
                ended.add(pod);
            } else {
                running.add(pod);
            }
        }
        if (running.size() <= 1) {
            return;
        }
        running.sort(OLDEST_FIRST);
        if (isSurging(set)) {
            keepOnePerTemplate(set, running, hash, now);
        } else {
            deletions.addAll(running.subList(1, running.size()));
        }
    }

    private static boolean isSurging(DaemonSet set) {
        return isRolling(set) && surge(set, 1) > 0;
    }

    /** While an update surges, a node has one old and one new Pod until the new one is available. */
    private void keepOnePerTemplate(DaemonSet set, List<Pod> running, String hash, Instant now) {
        List<Pod> fresh = running.stream()
                .filter(pod -> DaemonPods.hash(pod).equals(hash))
                .toList();
        List<Pod> old = running.stream()
                .filter(pod -> !DaemonPods.hash(pod).equals(hash))
                .toList();
        if (!fresh.isEmpty()) {
            deletions.addAll(fresh.subList(1, fresh.size()));
        }
        if (!old.isEmpty()) {
            boolean replaced = fresh.stream().anyMatch(pod -> isAvailable(set, pod, now));
            deletions.addAll(replaced ? old : old.subList(1, old.size()));
        }
    }

    static boolean isAvailable(DaemonSet set, Pod pod, Instant now) {
        return !Nulls.isDeleting(pod)
                && Pods.isAvailable(pod, Nulls.or(set.getSpec().getMinReadySeconds(), 0), now);
    }

    private static RollingUpdateDaemonSet rolling(DaemonSet set) {
        return set.getSpec().getUpdateStrategy() == null
                ? null
                : set.getSpec().getUpdateStrategy().getRollingUpdate();
    }

    private static int surge(DaemonSet set, int desired) {
        RollingUpdateDaemonSet rolling = rolling(set);
        return rolling == null ? 0 : IntOrPercent.of(rolling.getMaxSurge(), desired, true, 0);
    }

    private static int unavailable(DaemonSet set, int desired) {
        RollingUpdateDaemonSet rolling = rolling(set);
        return rolling == null ? 1 : IntOrPercent.of(rolling.getMaxUnavailable(), desired, true, 1);
    }

    /** Replaces Pods of old templates, a few at a time. */
    static DaemonSetPlan update(DaemonSet set, Collection<Node> nodes, List<Pod> pods, String hash, Instant now) {
        DaemonSetPlan plan = new DaemonSetPlan(new LinkedHashSet<>(), new ArrayList<>(), new ArrayList<>());
        if (!isRolling(set)) {
            return plan;
        }
        Map<String, List<Pod>> byNode = byNode(pods);
        int desired = (int) nodes.stream()
                .filter(node ->
                        NodeFit.of(node, set.getSpec().getTemplate().getSpec()).run())
                .count();
        int maxSurge = surge(set, desired);
        if (maxSurge > 0) {
            plan.surge(set, byNode, maxSurge, hash, now);
        } else {
            plan.replace(set, nodes, byNode, unavailable(set, desired), hash, now);
        }
        return plan;
    }

    private void replace(
            DaemonSet set,
            Collection<Node> nodes,
            Map<String, List<Pod>> byNode,
            int maxUnavailable,
            String hash,
            Instant now) {
        int unavailable = 0;
        List<Pod> candidates = new ArrayList<>();
        for (Node node : nodes) {
            List<Pod> here = byNode.getOrDefault(Nulls.name(node), List.of());
            if (here.isEmpty()
                    && !NodeFit.of(node, set.getSpec().getTemplate().getSpec()).run()) {
                continue;
            }
            if (here.size() != 1 || Nulls.isDeleting(here.getFirst())) {
                unavailable++;
                continue;
            }
            Pod pod = here.getFirst();
            boolean available = isAvailable(set, pod, now);
            unavailable += available ? 0 : 1;
            if (!DaemonPods.hash(pod).equals(hash)) {
                (available ? candidates : deletions).add(pod);
            }
        }
        int room = Math.max(0, maxUnavailable - unavailable);
        deletions.addAll(candidates.subList(0, Math.min(room, candidates.size())));
    }

    private void surge(DaemonSet set, Map<String, List<Pod>> byNode, int maxSurge, String hash, Instant now) {
        int surging = 0;
        List<String> candidates = new ArrayList<>();
        for (Map.Entry<String, List<Pod>> entry : byNode.entrySet()) {
            if (entry.getKey().isEmpty()) {
                continue;
            }
            List<Pod> alive = entry.getValue().stream()
                    .filter(pod -> !Nulls.isDeleting(pod))
                    .toList();
            boolean fresh = entry.getValue().stream()
                    .anyMatch(pod -> DaemonPods.hash(pod).equals(hash));
            List<Pod> old = alive.stream()
                    .filter(pod -> !DaemonPods.hash(pod).equals(hash))
                    .toList();
            if (old.isEmpty()) {
                continue;
            }
            if (fresh) {
                surging++; // the old one goes when the new one is available
            } else if (old.stream().noneMatch(pod -> isAvailable(set, pod, now))) {
                nodes.add(entry.getKey());
            } else {
                candidates.add(entry.getKey());
            }
        }
        int room = Math.max(0, maxSurge - surging);
        nodes.addAll(candidates.subList(0, Math.min(room, candidates.size())));
    }
}
