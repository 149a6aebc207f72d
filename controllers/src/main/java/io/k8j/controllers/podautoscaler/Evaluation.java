package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ContainerResourceMetricSource;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ContainerResourceMetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ExternalMetricSource;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ExternalMetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricIdentifier;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricValueStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricValueStatusBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ObjectMetricSource;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ObjectMetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.PodsMetricSource;
import io.fabric8.kubernetes.api.model.autoscaling.v2.PodsMetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ResourceMetricSource;
import io.fabric8.kubernetes.api.model.autoscaling.v2.ResourceMetricStatus;
import io.k8j.controllers.podautoscaler.ReplicaMath.Proposal;
import io.k8j.controllers.support.GoSelector;
import io.k8j.model.quantity.QuantityException;
import io.k8j.model.selector.SelectorException;
import java.util.List;
import java.util.Map;

/** Evaluates the metrics of one autoscaler at one moment: asks for what is measured and makes proposals of it. */
final class Evaluation {
    private final MetricReader reader;
    private final Target target;

    /**
     * What is scaled.
     *
     * @param selector of its Pods, as {@code kubectl -l} takes it
     * @param specReplicas how many there are to be
     * @param statusReplicas how many there are
     * @param math for everything but processor time
     * @param cpuMath for processor time
     */
    record Target(
            String namespace,
            String selector,
            List<Pod> pods,
            int specReplicas,
            int statusReplicas,
            ReplicaMath math,
            ReplicaMath cpuMath) {
        ReplicaMath mathOf(String resource) {
            return "cpu".equals(resource) ? cpuMath : math;
        }
    }

    Evaluation(MetricReader reader, Target target) {
        this.reader = reader;
        this.target = target;
    }

    MetricProposal of(MetricSpec spec) {
        return switch (String.valueOf(spec.getType())) {
            case "Object" ->
                tried("FailedGetObjectMetric", "failed to get object metric value", () -> object(spec.getObject()));
            case "Pods" -> tried("FailedGetPodsMetric", "failed to get pods metric value", () -> pods(spec.getPods()));
            case "Resource" ->
                tried(
                        "FailedGetResourceMetric",
                        "failed to get %s resource metric value"
                                .formatted(spec.getResource().getName()),
                        () -> resource(spec.getResource()));
            case "ContainerResource" ->
                tried(
                        "FailedGetContainerResourceMetric",
                        "failed to get %s container metric value"
                                .formatted(spec.getContainerResource().getContainer()),
                        () -> container(spec.getContainerResource()));
            case "External" ->
                tried(
                        "FailedGetExternalMetric",
                        "failed to get %s external metric value"
                                .formatted(spec.getExternal().getMetric().getName()),
                        () -> external(spec.getExternal()));
            default -> {
                String error = "unknown metric source type \"%s\"".formatted(spec.getType());
                yield new MetricProposal.Failed("InvalidMetricSourceType", error, error);
            }
        };
    }

    private interface Try {
        MetricProposal.Replicas replicas();
    }

    private static MetricProposal tried(String reason, String words, Try attempt) {
        try {
            return attempt.replicas();
        } catch (MetricException e) {
            return new MetricProposal.Failed(reason, e.event(), words + ": " + e.getMessage());
        } catch (SelectorException | QuantityException e) {
            return new MetricProposal.Failed(reason, e.getMessage(), words + ": " + e.getMessage());
        }
    }

    private static long milli(Quantity amount) {
        return io.k8j.model.quantity.Quantity.of(amount).milliValue();
    }

    private static MetricValueStatus average(long milli) {
        return new MetricValueStatusBuilder().withAverageValue(quantity(milli)).build();
    }

    private static MetricValueStatus value(long milli) {
        return new MetricValueStatusBuilder().withValue(quantity(milli)).build();
    }

    private static Quantity quantity(long milli) {
        return new Quantity(io.k8j.model.quantity.Quantity.ofMilli(milli).toString());
    }

    private static String text(LabelSelector selector) {
        return selector == null
                ? ""
                : io.k8j.model.selector.LabelSelector.of(selector).toString();
    }

    private static MetricStatus status(String type) {
        MetricStatus status = new MetricStatus();
        status.setType(type);
        return status;
    }

    private record Measured(Proposal proposal, MetricValueStatus status, String name) {}

    private Measured measured(String resource, MetricTarget wanted, String container) {
        ReplicaMath math = target.mathOf(resource);
        if (wanted.getAverageValue() != null) {
            try {
                Proposal proposal = math.average(
                        target.specReplicas,
                        milli(wanted.getAverageValue()),
                        target.pods,
                        samples(resource, container));
                return new Measured(proposal, average(proposal.average()), resource + " resource");
            } catch (MetricException e) {
                throw e.within("failed to get %s usage".formatted(resource));
            }
        }
        if (wanted.getAverageUtilization() == null) {
            throw new MetricException("invalid resource metric source: neither an average utilization target nor an"
                    + " average value (usage) target was set");
        }
        try {
            Map<String, PodSample> samples = samples(resource, container);
            Proposal proposal = math.utilization(
                    target.specReplicas, wanted.getAverageUtilization(), resource, container, target.pods, samples);
            MetricValueStatus status = new MetricValueStatusBuilder()
                    .withAverageUtilization(proposal.utilization())
                    .withAverageValue(quantity(proposal.average()))
                    .build();
            String kind = container.isEmpty() ? "resource" : "container resource";
            return new Measured(
                    proposal, status, "%s %s utilization (percentage of request)".formatted(resource, kind));
        } catch (MetricException e) {
            throw e.within("failed to get %s utilization".formatted(resource));
        }
    }

    private Map<String, PodSample> samples(String resource, String container) {
        try {
            return reader.resource(resource, target.namespace, target.selector, container);
        } catch (MetricException e) {
            throw e.within("unable to get metrics for resource " + resource);
        }
    }

    private MetricProposal.Replicas resource(ResourceMetricSource source) {
        Measured measured = measured(source.getName(), source.getTarget(), "");
        MetricStatus status = status("Resource");
        status.setResource(new ResourceMetricStatus(measured.status, source.getName()));
        return new MetricProposal.Replicas(measured.proposal.replicas(), measured.name, status);
    }

    private MetricProposal.Replicas container(ContainerResourceMetricSource source) {
        Measured measured = measured(source.getName(), source.getTarget(), source.getContainer());
        MetricStatus status = status("ContainerResource");
        status.setContainerResource(
                new ContainerResourceMetricStatus(source.getContainer(), measured.status, source.getName()));
        return new MetricProposal.Replicas(measured.proposal.replicas(), measured.name, status);
    }

    private MetricProposal.Replicas pods(PodsMetricSource source) {
        MetricIdentifier metric = source.getMetric();
        String selector = text(metric.getSelector());
        Map<String, PodSample> samples;
        try {
            samples = reader.pods(metric.getName(), target.namespace, target.selector, selector);
        } catch (MetricException e) {
            throw e.within("unable to get metric " + metric.getName());
        }
        Proposal proposal = target.math.average(
                target.specReplicas, milli(source.getTarget().getAverageValue()), target.pods, samples);
        MetricStatus status = status("Pods");
        status.setPods(new PodsMetricStatus(average(proposal.average()), metric));
        return new MetricProposal.Replicas(proposal.replicas(), "pods metric " + metric.getName(), status);
    }

    private MetricProposal.Replicas object(ObjectMetricSource source) {
        MetricTarget wanted = source.getTarget();
        MetricIdentifier metric = source.getMetric();
        String kind = source.getDescribedObject().getKind();
        boolean total = "Value".equals(wanted.getType()) && wanted.getValue() != null;
        boolean share = "AverageValue".equals(wanted.getType()) && wanted.getAverageValue() != null;
        if (!total && !share) {
            throw new MetricException(
                    "invalid object metric source: neither a value target nor an average value target was set");
        }
        String selector = text(metric.getSelector());
        MetricStatus status = status("Object");
        if (total) {
            long usage = objectUsage(source, selector);
            Proposal proposal = target.math.total(target.specReplicas, usage, milli(wanted.getValue()), target.pods);
            status.setObject(new ObjectMetricStatus(value(proposal.average()), source.getDescribedObject(), metric));
            return new MetricProposal.Replicas(
                    proposal.replicas(), "%s metric %s".formatted(kind, metric.getName()), status);
        }
        try {
            long usage = objectUsage(source, selector);
            Proposal proposal = target.math.share(target.statusReplicas, usage, milli(wanted.getAverageValue()));
            status.setObject(new ObjectMetricStatus(average(proposal.average()), source.getDescribedObject(), metric));
            return new MetricProposal.Replicas(proposal.replicas(), externalName(metric), status);
        } catch (MetricException e) {
            throw e.quietlyWithin("failed to get %s object metric".formatted(metric.getName()));
        }
    }

    private long objectUsage(ObjectMetricSource source, String selector) {
        String name = source.getMetric().getName();
        try {
            return reader.object(name, target.namespace, source.getDescribedObject(), selector);
        } catch (MetricException e) {
            throw new MetricException(
                    "unable to get metric %s: %s on %s %s/%s"
                            .formatted(
                                    name,
                                    source.getDescribedObject().getKind(),
                                    target.namespace,
                                    source.getDescribedObject().getName(),
                                    e.getMessage()),
                    e);
        }
    }

    private static String externalName(MetricIdentifier metric) {
        return "external metric %s(%s)".formatted(metric.getName(), GoSelector.text(metric.getSelector()));
    }

    private MetricProposal.Replicas external(ExternalMetricSource source) {
        MetricTarget wanted = source.getTarget();
        MetricIdentifier metric = source.getMetric();
        boolean share = wanted.getAverageValue() != null;
        if (!share && wanted.getValue() == null) {
            throw new MetricException(
                    "invalid external metric source: neither a value target nor an average value target was set");
        }
        String words = share ? "failed to get %s external metric" : "failed to get external metric %s";
        try {
            long usage = externalUsage(metric);
            Proposal proposal = share
                    ? target.math.share(target.statusReplicas, usage, milli(wanted.getAverageValue()))
                    : target.math.total(target.specReplicas, usage, milli(wanted.getValue()), target.pods);
            MetricStatus status = status("External");
            status.setExternal(
                    new ExternalMetricStatus(share ? average(proposal.average()) : value(proposal.average()), metric));
            return new MetricProposal.Replicas(proposal.replicas(), externalName(metric), status);
        } catch (MetricException e) {
            throw e.quietlyWithin(words.formatted(metric.getName()));
        }
    }

    private long externalUsage(MetricIdentifier metric) {
        try {
            return ReplicaMath.sum(reader.external(metric.getName(), target.namespace, text(metric.getSelector())));
        } catch (MetricException e) {
            throw e.within("unable to get external metric %s/%s/%s"
                    .formatted(target.namespace, metric.getName(), GoSelector.text(metric.getSelector())));
        }
    }
}
