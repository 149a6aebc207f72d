package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus;
import io.k8j.client.EventRecorder;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One look at one autoscaler, step by step; each step says in conditions and Events what it met. */
final class AutoscalerSync {
    private static final String ABLE = "AbleToScale";
    private static final String ACTIVE = "ScalingActive";
    private static final String LIMITED = "ScalingLimited";
    private static final String ZERO = "ScaledToZero";

    private final ControllerContext context;
    private final AutoscalerSettings settings;
    private final EventRecorder events;
    private final Selectors selectors;
    private final ScaleTargets targets;
    private final MetricReader reader;
    private final boolean ownTolerances;
    private final boolean scalesToZero;

    AutoscalerSync(ControllerContext context, EventRecorder events, Selectors selectors) {
        this.context = context;
        this.settings = context.config().autoscaler();
        this.events = events;
        this.selectors = selectors;
        this.targets = new ScaleTargets(context.client().transport(), context.catalog()::resources);
        this.reader = new MetricReader(context.client().transport(), context.catalog()::resources);
        this.ownTolerances = context.config().gates().isOn(FeatureGates.HPA_CONFIGURABLE_TOLERANCE);
        this.scalesToZero = context.config().gates().isOn(FeatureGates.HPA_SCALE_TO_ZERO);
    }

    /** What is known of the autoscaler during the look. */
    private final class Look {
        private final ObjectKey key;
        private final HorizontalPodAutoscaler autoscaler;
        private final HorizontalPodAutoscalerStatus before;
        private final ScaleHistory history;
        private final Instant now = context.now();
        private final Conditions conditions;
        private List<MetricStatus> metrics = List.of();
        private String rescaleReason = "";

        Look(ObjectKey key, HorizontalPodAutoscaler autoscaler, ScaleHistory history) {
            this.key = key;
            this.autoscaler = autoscaler;
            this.before = autoscaler.getStatus() == null ? new HorizontalPodAutoscalerStatus() : autoscaler.getStatus();
            this.history = history;
            this.conditions = new Conditions(Nulls.list(before.getConditions()), now);
        }

        void able(boolean status, String reason, String message) {
            conditions.set(ABLE, status, reason, message);
        }

        void active(boolean status, String reason, String message) {
            conditions.set(ACTIVE, status, reason, message);
        }
    }

    void run(ObjectKey key, HorizontalPodAutoscaler autoscaler, ScaleHistory history) {
        Look look = new Look(key, autoscaler, history);
        ScaleTargets.Scale scale;
        try {
            scale = targets.find(key.namespace(), autoscaler.getSpec().getScaleTargetRef());
        } catch (MetricException | ApiException | TransportException e) {
            events.warning(autoscaler, "FailedGetScale", e.getMessage());
            look.able(
                    false,
                    "FailedGetScale",
                    "the HPA controller was unable to get the target's current scale: " + e.getMessage());
            writeConditions(look);
            return;
        }
        look.able(true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        int current = scale.specReplicas();
        history.begin(current, look.now);
        boolean cameFromHere = scalesToZero && look.conditions.isTrue(ZERO);
        int desired;
        switch (Rescale.of(autoscaler, current, cameFromHere)) {
            case Rescale.Disabled() -> {
                look.active(
                        false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
                desired = current;
            }
            case Rescale.Bounded(int replicas, String why) -> {
                look.rescaleReason = why;
                desired = replicas;
            }
            case Rescale.ByMetrics() -> {
                Integer byMetrics = byMetrics(look, scale);
                if (byMetrics == null) {
                    write(look, current, Nulls.or(look.before.getDesiredReplicas(), 0), false);
                    return;
                }
                desired = current == 0 && cameFromHere ? Math.max(byMetrics, Rescale.min(autoscaler)) : byMetrics;
            }
        }
        boolean rescale = desired != current;
        if (rescale && !rescale(look, scale, current, desired)) {
            write(look, current, Nulls.or(look.before.getDesiredReplicas(), 0), false);
            return;
        }
        write(look, current, desired, rescale);
    }

    /** How many the metrics want, within all limits; null if they cannot tell, of which Events and conditions speak. */
    private Integer byMetrics(Look look, ScaleTargets.Scale scale) {
        List<Pod> pods;
        try {
            pods = podsOf(look, scale);
        } catch (MetricException e) {
            events.warning(look.autoscaler, "FailedComputeMetricsReplicas", e.getMessage());
            return null;
        }
        int current = scale.specReplicas();
        int min = Rescale.min(look.autoscaler);
        Recommended recommended = recommended(look, scale, pods);
        if (recommended == null) return null;
        int desired = Math.max(0, recommended.replicas);
        if (desired > current) look.rescaleReason = recommended.metric + " above target";
        if (desired < current) look.rescaleReason = "All metrics below target";
        HorizontalPodAutoscalerBehavior behavior = look.autoscaler.getSpec().getBehavior();
        Normalization.Result result = Normalization.of(
                current,
                desired,
                new Normalization.Limits(
                        min,
                        look.autoscaler.getSpec().getMaxReplicas(),
                        behavior == null ? null : behavior.getScaleUp(),
                        behavior == null ? null : behavior.getScaleDown(),
                        settings.downscaleStabilization()),
                look.history,
                look.now);
        look.able(true, result.able().word(), result.able().message());
        look.conditions.set(
                LIMITED, result.limited(), result.limit().word(), result.limit().message());
        return result.replicas();
    }

    /** The Pods of the target, if they belong to no other autoscaler as well. */
    private List<Pod> podsOf(Look look, ScaleTargets.Scale scale) {
        if (scale.selector().isEmpty()) {
            events.warning(look.autoscaler, "SelectorRequired", "selector is required");
            look.active(false, "InvalidSelector", "the HPA target's scale is missing a selector");
            throw new MetricException("selector is required");
        }
        LabelSelector selector;
        try {
            selector = LabelSelector.parse(scale.selector());
        } catch (SelectorException e) {
            String message =
                    "couldn't convert selector into a corresponding internal selector object: " + e.getMessage();
            events.warning(look.autoscaler, "InvalidSelector", message);
            look.active(false, "InvalidSelector", message);
            throw new MetricException(message, e);
        }
        selectors.put(look.key, selector);
        List<Pod> pods = context.pods().inNamespace(look.key.namespace()).stream()
                .filter(pod -> selector.matches(Nulls.labels(pod)))
                .toList();
        List<ObjectKey> having = selectors.having(look.key.namespace(), pods);
        if (having.size() > 1) {
            String names = having.stream()
                    .map(key -> "{%s %s}".formatted(key.name(), key.namespace()))
                    .collect(Collectors.joining(" ", "[", "]"));
            String message =
                    "pods by selector %s are controlled by multiple HPAs: %s".formatted(scale.selector(), names);
            events.warning(look.autoscaler, "AmbiguousSelector", message);
            look.active(false, "AmbiguousSelector", message);
            throw new MetricException(message);
        }
        return pods;
    }

    private record Recommended(int replicas, String metric) {}

    /** The largest number that a metric wants; null if none can tell, or if one that cannot might forbid to shrink. */
    private Recommended recommended(Look look, ScaleTargets.Scale scale, List<Pod> pods) {
        Evaluation evaluation = new Evaluation(reader, target(look, scale, pods));
        List<MetricSpec> specs = Nulls.list(look.autoscaler.getSpec().getMetrics());
        List<MetricStatus> statuses = new ArrayList<>();
        Recommended largest = new Recommended(0, "");
        MetricProposal.Failed first = null;
        int failures = 0;
        for (MetricSpec spec : specs) {
            switch (evaluation.of(spec)) {
                case MetricProposal.Replicas(int replicas, String name, MetricStatus status) -> {
                    statuses.add(status);
                    boolean more = largest.replicas == 0 || replicas > largest.replicas;
                    if (more) largest = new Recommended(replicas, name);
                }
                case MetricProposal.Failed failed -> {
                    statuses.add(unknown());
                    events.warning(look.autoscaler, failed.reason(), failed.message());
                    if (first == null) first = failed;
                    failures++;
                }
            }
        }
        look.metrics = statuses;
        if (failures >= specs.size() || failures > 0 && largest.replicas < scale.specReplicas()) {
            look.active(
                    false,
                    first == null ? "" : first.reason(),
                    "the HPA was unable to compute the replica count: " + (first == null ? "" : first.message()));
            events.warning(
                    look.autoscaler,
                    "FailedComputeMetricsReplicas",
                    "invalid metrics (%d invalid out of %d), first error is: %s"
                            .formatted(failures, specs.size(), first == null ? "" : first.error()));
            return null;
        }
        look.active(
                true,
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from " + largest.metric);
        return largest;
    }

    private static MetricStatus unknown() {
        MetricStatus status = new MetricStatus();
        status.setType("");
        return status;
    }

    private Evaluation.Target target(Look look, ScaleTargets.Scale scale, List<Pod> pods) {
        Tolerances tolerances =
                Tolerances.of(look.autoscaler.getSpec().getBehavior(), settings.tolerance(), ownTolerances);
        return new Evaluation.Target(
                look.key.namespace(),
                scale.selector(),
                pods,
                scale.specReplicas(),
                scale.statusReplicas(),
                math(tolerances, false, look.now),
                math(tolerances, true, look.now));
    }

    private ReplicaMath math(Tolerances tolerances, boolean cpu, Instant now) {
        return new ReplicaMath(
                tolerances,
                new PodGroups.Youth(cpu, settings.cpuInitializationPeriod(), settings.initialReadinessDelay(), now));
    }

    /** False if the target could not be written. */
    private boolean rescale(Look look, ScaleTargets.Scale scale, int current, int desired) {
        HorizontalPodAutoscaler autoscaler = look.autoscaler;
        try {
            targets.write(
                    scale,
                    look.key.namespace(),
                    autoscaler.getSpec().getScaleTargetRef().getName(),
                    desired);
        } catch (ApiException | TransportException e) {
            events.warning(
                    autoscaler,
                    "FailedRescale",
                    "New size: %d; reason: %s; error: %s".formatted(desired, look.rescaleReason, e.getMessage()));
            look.able(
                    false,
                    "FailedUpdateScale",
                    "the HPA controller was unable to update the target scale: " + e.getMessage());
            return false;
        }
        look.able(true, "SucceededRescale", "the HPA controller was able to update the target scale to " + desired);
        events.normal(
                autoscaler, "SuccessfulRescale", "New size: %d; reason: %s".formatted(desired, look.rescaleReason));
        HorizontalPodAutoscalerBehavior behavior = autoscaler.getSpec().getBehavior();
        if (behavior != null) {
            HPAScalingRules up = behavior.getScaleUp();
            look.history.scaled(current, desired, up, behavior.getScaleDown(), look.now);
        }
        if (scalesToZero) {
            boolean zero = current > 0 && desired == 0 && Rescale.hasForeignMetric(autoscaler);
            look.conditions.set(
                    ZERO,
                    zero,
                    zero ? "ScaledToZero" : "NotScaledToZero",
                    zero
                            ? "the HPA controller scaled the workload to zero"
                            : "the HPA controller did not scale the workload to zero");
        }
        return true;
    }

    /** Writes the conditions only. */
    private void writeConditions(Look look) {
        look.metrics = Nulls.list(look.before.getCurrentMetrics());
        write(
                look,
                Nulls.or(look.before.getCurrentReplicas(), 0),
                Nulls.or(look.before.getDesiredReplicas(), 0),
                false);
    }

    private void write(Look look, int current, int desired, boolean rescaled) {
        HorizontalPodAutoscalerStatus status = new HorizontalPodAutoscalerStatus();
        status.setCurrentReplicas(current);
        status.setDesiredReplicas(desired);
        status.setLastScaleTime(rescaled ? Times.text(look.now) : look.before.getLastScaleTime());
        status.setCurrentMetrics(new ArrayList<>(look.metrics));
        status.setConditions(new ArrayList<>(look.conditions.list()));
        if (same(status, look.before)) return;
        try {
            HorizontalPodAutoscaler unused = context.resources(HorizontalPodAutoscaler.class)
                    .updateStatus(look.autoscaler.toBuilder().withStatus(status).build());
        } catch (ApiException e) {
            events.warning(look.autoscaler, "FailedUpdateStatus", e.getMessage());
        }
    }

    /** Absent numbers and lists count as zero and empty. */
    private static boolean same(HorizontalPodAutoscalerStatus a, HorizontalPodAutoscalerStatus b) {
        return Nulls.or(a.getCurrentReplicas(), 0) == Nulls.or(b.getCurrentReplicas(), 0)
                && Nulls.or(a.getDesiredReplicas(), 0) == Nulls.or(b.getDesiredReplicas(), 0)
                && Nulls.or(a.getLastScaleTime(), "").equals(Nulls.or(b.getLastScaleTime(), ""))
                && Nulls.list(a.getCurrentMetrics()).equals(Nulls.list(b.getCurrentMetrics()))
                && Nulls.list(a.getConditions()).equals(Nulls.list(b.getConditions()));
    }
}
