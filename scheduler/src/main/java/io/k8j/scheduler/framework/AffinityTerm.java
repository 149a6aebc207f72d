package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.util.Map;
import java.util.Set;

/**
 * One condition about other Pods: those in some namespaces with some labels, in the same domain of a topology.
 *
 * @param selector labels of the Pods that are meant
 * @param namespaces names of namespaces that are meant
 * @param namespaceSelector labels of further namespaces that are meant; nothing if absent
 * @param topologyKey label of nodes whose equal values make a domain
 */
public record AffinityTerm(
        LabelSelector selector, Set<String> namespaces, LabelSelector namespaceSelector, String topologyKey) {
    /** Labels of namespaces by name; empty for unknown ones. */
    @FunctionalInterface
    public interface NamespaceLabels {
        Map<String, String> of(String namespace);
    }

    static AffinityTerm of(Pod pod, PodAffinityTerm term) {
        LabelSelector selector = compile(term.getLabelSelector());
        LabelSelector inNamespaces = compile(term.getNamespaceSelector());
        boolean own =
                (term.getNamespaces() == null || term.getNamespaces().isEmpty()) && term.getNamespaceSelector() == null;
        Set<String> namespaces = own ? Set.of(pod.getMetadata().getNamespace()) : Set.copyOf(term.getNamespaces());
        return new AffinityTerm(selector, namespaces, inNamespaces, term.getTopologyKey());
    }

    private static LabelSelector compile(io.fabric8.kubernetes.api.model.LabelSelector selector) {
        try {
            return LabelSelector.of(selector);
        } catch (SelectorException e) {
            return LabelSelector.NOTHING; // the API server lets none through
        }
    }

    /** Whether the Pod is one of those that are meant. */
    public boolean matches(PodInfo pod, NamespaceLabels labels) {
        return coversNamespace(pod.namespace(), labels) && selector.matches(pod.labels());
    }

    public boolean coversNamespace(String namespace, NamespaceLabels labels) {
        if (namespaces.contains(namespace)) {
            return true;
        }
        if (namespaceSelector.isNothing()) {
            return false;
        }
        return namespaceSelector.isEmpty() || namespaceSelector.matches(labels.of(namespace));
    }
}
