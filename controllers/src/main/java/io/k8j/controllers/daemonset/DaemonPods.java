package io.k8j.controllers.daemonset;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.List;

/** The Pods of DaemonSets, which the scheduler binds but may bind to one node only. */
final class DaemonPods {
    static final String HASH = "controller-revision-hash";
    private static final String GENERATION = "pod-template-generation";
    private static final String GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";
    private static final String NAME_FIELD = "metadata.name";

    private DaemonPods() {}

    static Pod make(DaemonSet set, String hash, String node) {
        Pod base = PodControl.fromTemplate(set.getSpec().getTemplate(), set);
        Pod pod = base.toBuilder()
                .editMetadata()
                .addToLabels(HASH, hash)
                .endMetadata()
                .editSpec()
                .withTolerations(NodeFit.tolerations(base.getSpec()))
                .withAffinity(onlyOn(base.getSpec().getAffinity(), node))
                .endSpec()
                .build();
        String generation = Nulls.annotations(set).get(GENERATION_ANNOTATION);
        return generation == null
                ? pod
                : pod.toBuilder()
                        .editMetadata()
                        .addToLabels(GENERATION, generation)
                        .endMetadata()
                        .build();
    }

    private static Affinity onlyOn(Affinity affinity, String node) {
        NodeSelectorTerm term = new NodeSelectorTermBuilder()
                .withMatchFields(new NodeSelectorRequirement(NAME_FIELD, "In", List.of(node)))
                .build();
        AffinityBuilder builder = affinity == null ? new AffinityBuilder() : affinity.toBuilder();
        return builder.editOrNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withNodeSelectorTerms(term)
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .build();
    }

    /** The node that the Pod is on or is meant for; empty if there is none. */
    static String node(Pod pod) {
        if (Pods.isScheduled(pod)) {
            return pod.getSpec().getNodeName();
        }
        if (pod.getSpec().getAffinity() == null
                || pod.getSpec().getAffinity().getNodeAffinity() == null
                || pod.getSpec().getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()
                        == null) {
            return "";
        }
        for (NodeSelectorTerm term : Nulls.list(pod.getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms())) {
            for (NodeSelectorRequirement field : Nulls.list(term.getMatchFields())) {
                if (NAME_FIELD.equals(field.getKey())
                        && "In".equals(field.getOperator())
                        && Nulls.list(field.getValues()).size() == 1) {
                    return field.getValues().getFirst();
                }
            }
        }
        return "";
    }

    static String hash(Pod pod) {
        return Nulls.labels(pod).getOrDefault(HASH, "");
    }
}
