package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.k8j.model.selector.NodeRequirements;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node selector: a node must meet one of its terms; a term without conditions meets none. */
public final class NodeSelection {
    /** All conditions on labels and fields must hold. */
    public static final class Term {
        private final List<NodeSelectorRequirement> labels;
        private final List<NodeSelectorRequirement> fields;

        private Term(NodeSelectorTerm term) {
            this.labels = term.getMatchExpressions() == null ? List.of() : term.getMatchExpressions();
            this.fields = term.getMatchFields() == null ? List.of() : term.getMatchFields();
        }

        public static Term of(NodeSelectorTerm term) {
            return new Term(term);
        }

        public boolean isEmpty() {
            return labels.isEmpty() && fields.isEmpty();
        }

        public boolean matches(String node, Map<String, String> nodeLabels) {
            if (isEmpty()) {
                return false;
            }
            for (NodeSelectorRequirement requirement : labels) {
                if (!NodeRequirements.meets(requirement, nodeLabels.get(requirement.getKey()))) {
                    return false;
                }
            }
            for (NodeSelectorRequirement requirement : fields) {
                String value = "metadata.name".equals(requirement.getKey()) ? node : null;
                if (!NodeRequirements.meets(requirement, value)) {
                    return false;
                }
            }
            return true;
        }

        /** The nodes that the fields allow; null if they do not say. */
        private Set<String> names() {
            Set<String> names = null;
            for (NodeSelectorRequirement requirement : fields) {
                if ("metadata.name".equals(requirement.getKey()) && "In".equals(requirement.getOperator())) {
                    if (names == null) {
                        names = new HashSet<>(requirement.getValues());
                    } else {
                        names.retainAll(requirement.getValues());
                    }
                }
            }
            return names;
        }
    }

    private final List<Term> terms;

    private NodeSelection(List<Term> terms) {
        this.terms = terms;
    }

    /** Null for no selector. */
    public static NodeSelection of(NodeSelector selector) {
        if (selector == null) {
            return null;
        }
        return new NodeSelection(
                selector.getNodeSelectorTerms().stream().map(Term::new).toList());
    }

    public boolean matches(String node, Map<String, String> labels) {
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).matches(node, labels)) {
                return true;
            }
        }
        return false;
    }

    /** The only nodes that can match, if each term names its nodes; else null. */
    public Set<String> nodeNames() {
        if (terms.isEmpty()) {
            return null;
        }
        Set<String> all = new HashSet<>();
        for (Term term : terms) {
            Set<String> names = term.names();
            if (names == null) {
                return null;
            }
            all.addAll(names);
        }
        return all;
    }
}
