package io.k8j.controllers.statefulset;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The Pods of StatefulSets: their names, and what ties them to their claims. */
final class StatefulPods {
    static final String REVISION = "controller-revision-hash";
    static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
    static final String POD_INDEX = "apps.kubernetes.io/pod-index";

    private StatefulPods() {}

    static String name(StatefulSet set, int ordinal) {
        return Nulls.name(set) + "-" + ordinal;
    }

    /** The Pod's number; -1 if its name is not of the set's form. */
    static int ordinal(StatefulSet set, Pod pod) {
        String prefix = Nulls.name(set) + "-";
        String name = Nulls.name(pod);
        if (!name.startsWith(prefix)) {
            return -1;
        }
        String number = name.substring(prefix.length());
        if (!number.matches("0|[1-9][0-9]{0,8}")) {
            return -1;
        }
        return Integer.parseInt(number);
    }

    static int start(StatefulSet set) {
        return set.getSpec().getOrdinals() == null
                ? 0
                : Nulls.or(set.getSpec().getOrdinals().getStart(), 0);
    }

    static int replicas(StatefulSet set) {
        return Nulls.or(set.getSpec().getReplicas(), 1);
    }

    static int minReadySeconds(StatefulSet set) {
        return Nulls.or(set.getSpec().getMinReadySeconds(), 0);
    }

    static String revision(Pod pod) {
        return Nulls.labels(pod).getOrDefault(REVISION, "");
    }

    static boolean isCreated(Pod pod) {
        return !Pods.phase(pod).isEmpty();
    }

    static boolean isRunningAndReady(Pod pod) {
        return Pods.phase(pod).equals("Running") && Pods.isReady(pod);
    }

    static boolean isRunningAndAvailable(Pod pod, StatefulSet set, Instant now) {
        return Pods.phase(pod).equals("Running") && Pods.isAvailable(pod, minReadySeconds(set), now);
    }

    static Pod make(StatefulSet set, PodTemplateSpec template, String revision, int ordinal) {
        String name = name(set, ordinal);
        Pod base = PodControl.fromTemplate(template, set);
        return new PodBuilder(base)
                .editMetadata()
                .withGenerateName(null)
                .withName(name)
                .addToLabels(REVISION, revision)
                .addToLabels(POD_NAME, name)
                .addToLabels(POD_INDEX, Integer.toString(ordinal))
                .endMetadata()
                .editSpec()
                .withHostname(name)
                .withSubdomain(set.getSpec().getServiceName())
                .withVolumes(volumes(set, base, ordinal))
                .endSpec()
                .build();
    }

    /** A claim takes the place of a volume of the same name. */
    private static List<Volume> volumes(StatefulSet set, Pod base, int ordinal) {
        List<PersistentVolumeClaim> templates = Nulls.list(set.getSpec().getVolumeClaimTemplates());
        List<Volume> volumes = new ArrayList<>();
        for (PersistentVolumeClaim template : templates) {
            volumes.add(new VolumeBuilder()
                    .withName(Nulls.name(template))
                    .withNewPersistentVolumeClaim(claimName(set, template, ordinal), false)
                    .build());
        }
        for (Volume volume : Nulls.list(base.getSpec().getVolumes())) {
            if (templates.stream().noneMatch(t -> Nulls.name(t).equals(volume.getName()))) {
                volumes.add(volume);
            }
        }
        return volumes;
    }

    static String claimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) {
        return Nulls.name(template) + "-" + Nulls.name(set) + "-" + ordinal;
    }

    static List<PersistentVolumeClaim> claims(StatefulSet set, int ordinal) {
        return Nulls.list(set.getSpec().getVolumeClaimTemplates()).stream()
                .map(template -> template.toBuilder()
                        .editMetadata()
                        .withName(claimName(set, template, ordinal))
                        .withNamespace(Nulls.namespace(set))
                        .addToLabels(Nulls.map(set.getSpec().getSelector().getMatchLabels()))
                        .endMetadata()
                        .withStatus(null)
                        .build())
                .toList();
    }

    /** Whether a Pod still has the name, labels and claims that its ordinal gives it. */
    static boolean hasIdentity(StatefulSet set, Pod pod) {
        int ordinal = ordinal(set, pod);
        return Nulls.name(pod).equals(Nulls.labels(pod).get(POD_NAME))
                && Integer.toString(ordinal).equals(Nulls.labels(pod).get(POD_INDEX));
    }

    static Pod withIdentity(StatefulSet set, Pod pod) {
        return pod.toBuilder()
                .editMetadata()
                .addToLabels(POD_NAME, Nulls.name(pod))
                .addToLabels(POD_INDEX, Integer.toString(ordinal(set, pod)))
                .endMetadata()
                .build();
    }
}
