package io.k8j.controllers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All names that upstream's {@code --controllers} knows, with their older ones. */
final class ControllerNames {
    /** Canonical names, each with the older one; empty if there is none. */
    private static final Map<String, String> ALL = new LinkedHashMap<>();

    static {
        Stream.of(
                        "bootstrap-signer-controller bootstrapsigner",
                        "certificatesigningrequest-approving-controller csrapproving",
                        "certificatesigningrequest-cleaner-controller csrcleaner",
                        "certificatesigningrequest-signing-controller csrsigning",
                        "cloud-node-lifecycle-controller cloud-node-lifecycle",
                        "clusterrole-aggregation-controller clusterrole-aggregation",
                        "cronjob-controller cronjob",
                        "daemonset-controller daemonset",
                        "deployment-controller deployment",
                        "device-taint-eviction-controller",
                        "disruption-controller disruption",
                        "endpoints-controller endpoint",
                        "endpointslice-controller endpointslice",
                        "endpointslice-mirroring-controller endpointslicemirroring",
                        "ephemeral-volume-controller ephemeral-volume",
                        "garbage-collector-controller garbagecollector",
                        "horizontal-pod-autoscaler-controller horizontalpodautoscaling",
                        "job-controller job",
                        "kube-apiserver-serving-clustertrustbundle-publisher-controller",
                        "legacy-serviceaccount-token-cleaner-controller legacy-service-account-token-cleaner",
                        "namespace-controller namespace",
                        "node-ipam-controller nodeipam",
                        "node-lifecycle-controller nodelifecycle",
                        "node-route-controller route",
                        "persistentvolume-attach-detach-controller attachdetach",
                        "persistentvolume-binder-controller persistentvolume-binder",
                        "persistentvolume-expander-controller persistentvolume-expander",
                        "persistentvolume-protection-controller pv-protection",
                        "persistentvolumeclaim-protection-controller pvc-protection",
                        "pod-garbage-collector-controller podgc",
                        "podcertificaterequest-cleaner-controller",
                        "podgroup-protection-controller",
                        "replicaset-controller replicaset",
                        "replicationcontroller-controller replicationcontroller",
                        "resourceclaim-controller resource-claim-controller",
                        "resourcepoolstatusrequest-controller",
                        "resourcequota-controller resourcequota",
                        "root-ca-certificate-publisher-controller root-ca-cert-publisher",
                        "selinux-warning-controller",
                        "service-cidr-controller",
                        "service-lb-controller service",
                        "serviceaccount-controller serviceaccount",
                        "serviceaccount-token-controller serviceaccount-token",
                        "statefulset-controller statefulset",
                        "storage-version-migrator-controller",
                        "storageversion-garbage-collector-controller storage-version-gc",
                        "taint-eviction-controller",
                        "token-cleaner-controller tokencleaner",
                        "ttl-after-finished-controller ttl-after-finished",
                        "ttl-controller ttl",
                        "validatingadmissionpolicy-status-controller",
                        "volumeattributesclass-protection-controller")
                .map(line -> line.split(" "))
                .forEach(words -> ALL.put(words[0], words.length > 1 ? words[1] : ""));
    }

    private ControllerNames() {}

    static List<String> all() {
        return List.copyOf(ALL.keySet());
    }

    /**
     * The same list with today's names.
     *
     * @throws IllegalArgumentException in upstream's words for a name that is none
     */
    static List<String> canonical(List<String> given) {
        return given.stream().map(ControllerNames::canonical).toList();
    }

    private static String canonical(String given) {
        if (given.equals("*")) return given;
        String minus = given.startsWith("-") ? "-" : "";
        String name = given.substring(minus.length());
        if (ALL.containsKey(name)) return given;
        return ALL.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name) && !name.isEmpty())
                .map(entry -> minus + entry.getKey())
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("\"%s\" is not in the list of known controllers".formatted(name)));
    }
}
