package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Node;
import java.util.Set;

/** What the admission of Pods asks of its node. May be called by any thread. */
public interface NodeView {
    /** The node's object as last seen, or as it will be registered. */
    Node node();

    /** The same, asked of the API now if it can be reached; blocks. */
    Node freshNode();

    /** Types of the node's pressure conditions that are true. */
    Set<String> pressures();
}
