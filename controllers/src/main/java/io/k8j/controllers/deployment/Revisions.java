package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.StableHash;
import io.k8j.controllers.support.Times;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Which ReplicaSet stands for which revision of a Deployment, and the annotations that kubectl reads. */
final class Revisions {
    static final String HASH_LABEL = "pod-template-hash";
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String HISTORY = "deployment.kubernetes.io/revision-history";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MAX = "deployment.kubernetes.io/max-replicas";
    private static final Set<String> NOT_COPIED = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            DESIRED,
            MAX,
            "deprecated.deployment.rollback.to");
    private static final int HISTORY_LIMIT = 2000;

    static final Comparator<ReplicaSet> OLDEST_FIRST =
            Comparator.comparing((ReplicaSet set) -> Times.created(set)).thenComparing(set -> Nulls.name(set));

    private Revisions() {}

    /** The set with the Deployment's present template; of several the oldest, so that all agree. */
    static Optional<ReplicaSet> newSet(Deployment deployment, List<ReplicaSet> sets) {
        PodTemplateSpec wanted = withoutHash(deployment.getSpec().getTemplate());
        return sets.stream()
                .sorted(OLDEST_FIRST)
                .filter(set -> sameTemplate(withoutHash(set.getSpec().getTemplate()), wanted))
                .findFirst();
    }

    static boolean sameTemplate(Deployment deployment, ReplicaSet set) {
        return sameTemplate(
                withoutHash(deployment.getSpec().getTemplate()),
                withoutHash(set.getSpec().getTemplate()));
    }

    private static boolean sameTemplate(PodTemplateSpec one, PodTemplateSpec other) {
        return one.getSpec().equals(other.getSpec())
                && Nulls.map(one.getMetadata().getLabels())
                        .equals(Nulls.map(other.getMetadata().getLabels()))
                && Nulls.map(one.getMetadata().getAnnotations())
                        .equals(Nulls.map(other.getMetadata().getAnnotations()));
    }

    private static PodTemplateSpec withoutHash(PodTemplateSpec template) {
        return template.toBuilder()
                .editOrNewMetadata()
                .removeFromLabels(HASH_LABEL)
                .endMetadata()
                .build();
    }

    static long revision(ReplicaSet set) {
        try {
            return Long.parseLong(Nulls.annotations(set).getOrDefault(REVISION, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** A set for the Deployment's present template, still of size {@code replicas}. */
    static ReplicaSet make(Deployment deployment, long revision, int replicas) {
        Integer collisions =
                deployment.getStatus() == null ? null : deployment.getStatus().getCollisionCount();
        String hash = StableHash.of(withoutHash(deployment.getSpec().getTemplate()), collisions);
        ReplicaSet bare = new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(Nulls.name(deployment) + "-" + hash)
                .withNamespace(Nulls.namespace(deployment))
                .withLabels(Nulls.map(
                        deployment.getSpec().getTemplate().getMetadata().getLabels()))
                .addToLabels(HASH_LABEL, hash)
                .withOwnerReferences(Owners.referenceTo(deployment))
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withMinReadySeconds(deployment.getSpec().getMinReadySeconds())
                .withSelector(deployment.getSpec().getSelector().toBuilder()
                        .addToMatchLabels(HASH_LABEL, hash)
                        .build())
                .withTemplate(deployment.getSpec().getTemplate().toBuilder()
                        .editOrNewMetadata()
                        .addToLabels(HASH_LABEL, hash)
                        .endMetadata()
                        .build())
                .endSpec()
                .build();
        Map<String, String> annotations = copied(deployment);
        annotations.put(REVISION, Long.toString(revision));
        return withAnnotations(bare, sized(annotations, deployment));
    }

    /** The new set as its annotations and minReadySeconds should be; equal to the given one if they are so. */
    static ReplicaSet refreshed(Deployment deployment, ReplicaSet set, long revision) {
        Map<String, String> annotations = new TreeMap<>(Nulls.annotations(set));
        annotations.putAll(copied(deployment));
        String before = annotations.get(REVISION);
        if (before == null || revision(set) < revision) {
            annotations.put(REVISION, Long.toString(revision));
            if (before != null) {
                annotations.put(HISTORY, appended(annotations.get(HISTORY), before));
            }
        }
        boolean sameSeconds = Nulls.or(set.getSpec().getMinReadySeconds(), 0)
                == Nulls.or(deployment.getSpec().getMinReadySeconds(), 0);
        if (sameSeconds && annotations.equals(new TreeMap<>(Nulls.annotations(set)))) {
            return set;
        }
        return withAnnotations(set, annotations).toBuilder()
                .editSpec()
                .withMinReadySeconds(deployment.getSpec().getMinReadySeconds())
                .endSpec()
                .build();
    }

    private static String appended(String history, String revision) {
        String longer = Nulls.isEmpty(history) ? revision : history + "," + revision;
        while (longer.length() > HISTORY_LIMIT) {
            longer = longer.substring(longer.indexOf(',') + 1);
        }
        return longer;
    }

    /** The set with another size; equal to the given one if size and size annotations are so. */
    static ReplicaSet resized(Deployment deployment, ReplicaSet set, int replicas) {
        Map<String, String> annotations = sized(new TreeMap<>(Nulls.annotations(set)), deployment);
        if (RolloutMath.replicas(set) == replicas && annotations.equals(new TreeMap<>(Nulls.annotations(set)))) {
            return set;
        }
        return withAnnotations(set, annotations).toBuilder()
                .editSpec()
                .withReplicas(replicas)
                .endSpec()
                .build();
    }

    private static Map<String, String> sized(Map<String, String> annotations, Deployment deployment) {
        int replicas = RolloutMath.replicas(deployment);
        annotations.put(DESIRED, Integer.toString(replicas));
        annotations.put(MAX, Integer.toString(replicas + RolloutMath.maxSurge(deployment)));
        return annotations;
    }

    private static Map<String, String> copied(Deployment deployment) {
        Map<String, String> copied = new LinkedHashMap<>(Nulls.annotations(deployment));
        copied.keySet().removeAll(NOT_COPIED);
        return copied;
    }

    private static ReplicaSet withAnnotations(ReplicaSet set, Map<String, String> annotations) {
        return set.toBuilder()
                .editMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .build();
    }

    static Optional<Integer> number(ReplicaSet set, String annotation) {
        try {
            return Optional.ofNullable(Nulls.annotations(set).get(annotation)).map(Integer::valueOf);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static List<ReplicaSet> active(List<ReplicaSet> sets) {
        return sets.stream().filter(set -> RolloutMath.replicas(set) > 0).toList();
    }

    /** The oldest revisions beyond the history limit; only those that are surely empty. */
    static List<ReplicaSet> surplus(Deployment deployment, List<ReplicaSet> oldSets) {
        Integer limit = deployment.getSpec().getRevisionHistoryLimit();
        if (limit == null || limit == Integer.MAX_VALUE) {
            return List.of();
        }
        List<ReplicaSet> alive =
                oldSets.stream().filter(set -> !Nulls.isDeleting(set)).toList();
        List<ReplicaSet> byRevision = new ArrayList<>(alive);
        byRevision.sort(Comparator.comparingLong(Revisions::revision).thenComparing(OLDEST_FIRST));
        return byRevision.stream()
                .limit(Math.max(0, alive.size() - limit))
                .filter(Revisions::isIdle)
                .toList();
    }

    private static boolean isIdle(ReplicaSet set) {
        long observed = set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getObservedGeneration(), 0L);
        return RolloutMath.statusReplicas(set) == 0
                && RolloutMath.replicas(set) == 0
                && Nulls.generation(set) <= observed;
    }
}
