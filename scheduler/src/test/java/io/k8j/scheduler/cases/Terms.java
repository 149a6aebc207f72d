package io.k8j.scheduler.cases;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.ArrayList;
import java.util.List;

/** Short forms of selectors, terms and constraints. */
final class Terms {
    private Terms() {}

    /** {@code foo Exists & bar In a,b}; {@code all} for an empty selector, {@code none} for no selector. */
    static LabelSelector selector(String text) {
        if (text.equals("none")) {
            return null;
        }
        LabelSelector selector = new LabelSelector();
        selector.setMatchExpressions(new ArrayList<>());
        for (String one : text.equals("all") ? List.<String>of() : Words.split(text, '&')) {
            List<String> parts = Words.of(one);
            LabelSelectorRequirement requirement = new LabelSelectorRequirementBuilder()
                    .withKey(parts.get(0))
                    .withOperator(parts.get(1))
                    .withValues(
                            parts.size() < 3 ? List.of() : List.of(parts.get(2).split(",", -1)))
                    .build();
            selector.getMatchExpressions().add(requirement);
        }
        return selector;
    }

    /** {@code foo In a,b & .metadata.name In n1}: a dot begins a field. */
    static NodeSelectorTerm nodes(String text) {
        NodeSelectorTerm term = new NodeSelectorTerm(new ArrayList<>(), new ArrayList<>());
        for (String one : Words.split(text, '&')) {
            List<String> parts = Words.of(one);
            String key = parts.get(0);
            boolean field = key.startsWith(".");
            NodeSelectorRequirement requirement = new NodeSelectorRequirementBuilder()
                    .withKey(field ? key.substring(1) : key)
                    .withOperator(parts.get(1))
                    .withValues(
                            parts.size() < 3 ? List.of() : List.of(parts.get(2).split(",", -1)))
                    .build();
            (field ? term.getMatchFields() : term.getMatchExpressions()).add(requirement);
        }
        return term;
    }

    /** {@code region: foo In a; namespaces=x,y; in=team In a}. */
    static PodAffinityTerm neighbours(String text) {
        List<String> parts = Words.split(Words.after(text, ':'), ';');
        PodAffinityTerm term = new PodAffinityTerm();
        term.setTopologyKey(Words.before(text, ':').strip());
        term.setLabelSelector(selector(parts.getFirst()));
        for (String part : parts.subList(1, parts.size())) {
            String value = Words.after(part, '=');
            switch (Words.before(part, '=')) {
                case "namespaces" -> term.setNamespaces(List.of(value.split(",")));
                case "in" -> term.setNamespaceSelector(selector(value));
                default -> throw new IllegalArgumentException(part);
            }
        }
        return term;
    }

    /** {@code 1 zone hard: foo Exists; affinity=Ignore; taints=Honor; min=3; keys=a,b}. */
    static TopologySpreadConstraint spread(String text) {
        List<String> head = Words.of(Words.before(text, ':'));
        List<String> parts = Words.split(Words.after(text, ':'), ';');
        TopologySpreadConstraint constraint = new TopologySpreadConstraint();
        constraint.setMaxSkew(Integer.valueOf(head.get(0)));
        constraint.setTopologyKey(head.get(1));
        constraint.setWhenUnsatisfiable(head.get(2).equals("hard") ? "DoNotSchedule" : "ScheduleAnyway");
        constraint.setLabelSelector(selector(parts.getFirst()));
        for (String part : parts.subList(1, parts.size())) {
            String value = Words.after(part, '=');
            switch (Words.before(part, '=')) {
                case "affinity" -> constraint.setNodeAffinityPolicy(value);
                case "taints" -> constraint.setNodeTaintsPolicy(value);
                case "min" -> constraint.setMinDomains(Integer.valueOf(value));
                case "keys" -> constraint.setMatchLabelKeys(List.of(value.split(",")));
                default -> throw new IllegalArgumentException(part);
            }
        }
        return constraint;
    }

    /** {@code key=value:Effect}, {@code key:Effect} for any value, {@code key>5:Effect}, {@code *}; the effect may lack. */
    static Toleration toleration(String text) {
        Toleration toleration = new Toleration();
        String rest = text;
        int colon = rest.lastIndexOf(':');
        if (colon >= 0) {
            toleration.setEffect(rest.substring(colon + 1));
            rest = rest.substring(0, colon);
        }
        for (String[] kind : new String[][] {{"=", "Equal"}, {">", "Gt"}, {"<", "Lt"}}) {
            if (rest.contains(kind[0])) {
                toleration.setKey(Words.before(rest, kind[0].charAt(0)));
                toleration.setOperator(kind[1]);
                toleration.setValue(Words.after(rest, kind[0].charAt(0)));
                return toleration;
            }
        }
        toleration.setKey(rest.equals("*") ? null : rest);
        toleration.setOperator("Exists");
        return toleration;
    }
}
