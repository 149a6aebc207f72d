package io.k8j.scheduler.framework;

import io.k8j.client.Client;
import io.k8j.client.EventRecorder;
import io.k8j.client.InformerFactory;
import io.k8j.model.feature.FeatureGates;
import io.k8j.scheduler.groups.PodGroups;
import java.util.Map;

/**
 * What a plugin gets when it is made.
 *
 * @param client for writes, never on the scheduling thread
 * @param informers copies of the resources that the plugin needs; they are started after all plugins are made
 * @param events to tell users
 * @param nodes of the scheduling thread
 * @param indexes of the scheduling thread
 * @param framework the profile itself
 * @param groups of the scheduling thread
 * @param gates features that are on
 * @param args the plugin's arguments as in the configuration file; empty for the defaults
 */
public record PluginContext(
        Client client,
        InformerFactory informers,
        EventRecorder events,
        Nodes nodes,
        Indexes indexes,
        FrameworkHandle framework,
        PodGroups groups,
        FeatureGates gates,
        Map<String, Object> args) {
    /** A context in which Pods belong to no groups and features are as they are by default. */
    public PluginContext(
            Client client,
            InformerFactory informers,
            EventRecorder events,
            Nodes nodes,
            Indexes indexes,
            FrameworkHandle framework,
            Map<String, Object> args) {
        this(client, informers, events, nodes, indexes, framework, PodGroups.none(), FeatureGates.DEFAULTS, args);
    }

    public ResourceNames names() {
        return nodes.names();
    }
}
