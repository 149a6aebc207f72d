package io.k8j.scheduler.extender;

import io.k8j.scheduler.extender.Extender.ExtenderException;
import io.k8j.scheduler.framework.Candidate;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All extenders, asked in the order of the configuration. */
public final class Extenders implements AutoCloseable {
    /** Stands for them among the plugins that refused a Pod. */
    public static final String NAME = "Extender";

    private static final Logger LOG = LoggerFactory.getLogger(Extenders.class);
    private static final long MAX_PRIORITY = 10;

    private final List<Extender> all;

    public Extenders(List<ExtenderConfig> configs) {
        this.all = configs.stream().map(Extender::new).toList();
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * Takes the nodes that some extender refuses out of the list, and says why in the diagnosis.
     *
     * @return null, or why it could not be found out
     */
    public String narrow(PodInfo pod, List<NodeInfo> feasible, Diagnosis diagnosis) {
        for (Extender extender : all) {
            if (feasible.isEmpty()) return null;
            if (extender.config().filterVerb().isEmpty() || !extender.isInterested(pod)) continue;
            try {
                narrow(extender.filter(pod, feasible), feasible, diagnosis);
            } catch (ExtenderException e) {
                if (!extender.config().ignorable()) return e.getMessage();
                ignored(extender, "filter", e);
            }
        }
        return null;
    }

    private static void narrow(Extender.Filtered filtered, List<NodeInfo> feasible, Diagnosis diagnosis) {
        for (NodeInfo node : feasible) {
            if (filtered.fitting().contains(node.name())) continue;
            String why = filtered.unresolvable().get(node.name());
            Status status = why != null
                    ? Status.unresolvable(why)
                    : Status.unschedulable(filtered.failed().getOrDefault(node.name(), ""));
            diagnosis.statuses().put(node, status.by(NAME));
            diagnosis.plugins().add(NAME);
        }
        feasible.removeIf(node -> !filtered.fitting().contains(node.name()));
    }

    /** Adds what the extenders think of the nodes; one that fails counts for nothing. */
    public void score(PodInfo pod, List<NodeInfo> nodes, long[] totals) {
        for (Extender extender : all) {
            if (extender.config().prioritizeVerb().isEmpty() || !extender.isInterested(pod)) continue;
            try {
                Map<String, Long> scores = extender.prioritize(pod, nodes);
                long factor = extender.config().weight() * (Plugin.Score.MAX / MAX_PRIORITY);
                for (int i = 0; i < nodes.size(); i++) {
                    totals[i] += scores.getOrDefault(nodes.get(i).name(), 0L) * factor;
                }
            } catch (ExtenderException e) {
                ignored(extender, "prioritize", e);
            }
        }
    }

    /** The first extender that binds this Pod binds it; empty if none does. Blocks; not on the scheduling thread. */
    public Optional<Status> bind(PodInfo pod, String node) {
        for (Extender extender : all) {
            if (extender.config().bindVerb().isEmpty() || !extender.isInterested(pod)) continue;
            try {
                extender.bind(pod, node);
                return Optional.of(Status.SUCCESS);
            } catch (ExtenderException e) {
                if (!extender.config().ignorable()) return Optional.of(Status.error(e.getMessage()));
                ignored(extender, "bind", e);
            }
        }
        return Optional.empty();
    }

    /** Lets the extenders take candidates of a preemption away, or victims out of them. */
    public Candidate.Narrowed preempt(PodInfo pod, List<Candidate> candidates) {
        List<Candidate> left = candidates;
        for (Extender extender : all) {
            if (left.isEmpty()) break;
            if (extender.config().preemptVerb().isEmpty() || !extender.isInterested(pod)) continue;
            try {
                left = chosen(left, extender.preempt(pod, left));
            } catch (ExtenderException e) {
                if (!extender.config().ignorable())
                    return new Candidate.Narrowed(List.of(), Status.error(e.getMessage()));
                ignored(extender, "preempt", e);
            }
        }
        return new Candidate.Narrowed(left, Status.SUCCESS);
    }

    private static List<Candidate> chosen(List<Candidate> before, Map<String, Extender.MetaVictims> answer) {
        List<Candidate> chosen = new ArrayList<>();
        for (Candidate candidate : before) {
            Extender.MetaVictims those = answer.get(candidate.node().name());
            if (those == null) continue;
            List<PodInfo> victims = candidate.victims().stream()
                    .filter(pod -> those.victims().contains(pod.uid()))
                    .toList();
            if (!victims.isEmpty()) chosen.add(new Candidate(candidate.node(), victims, those.violations()));
        }
        return chosen;
    }

    private static void ignored(Extender extender, String verb, ExtenderException cause) {
        LOG.atWarn()
                .addKeyValue("extender", extender.name())
                .addKeyValue("verb", verb)
                .addKeyValue("cause", cause.getMessage())
                .log("extender failed and is ignored");
    }

    @Override
    public void close() {
        all.forEach(Extender::close);
    }
}
