package io.k8j.scheduler.cases;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Nodes and Pods from their short forms: a name, then words. Nodes: {@code zone=a} label, {@code cpu:4} what it has,
 * {@code !key=value:Effect} taint, {@code cordoned}, {@code image(a:1,a:2 40Mi)}. Pods: {@code namespace/name@node},
 * {@code app=a} label, {@code cpu:1} request of the container, {@code +} the next container, {@code init} and
 * {@code sidecar} an init container, {@code overhead(cpu:1)}, {@code whole(cpu:1)} requests of the Pod itself,
 * {@code port(8080/UDP 127.0.0.1)}, {@code image(a)}, {@code ~key=value:Effect} toleration, {@code ?zone=a} node selector,
 * {@code nodes(…)} and {@code prefers(5 …)} a term of node affinity, {@code near(…)}, {@code away(…)},
 * {@code likes(5 …)}, {@code dislikes(5 …)} of Pod affinity, {@code spread(…)}, {@code priority:5}, {@code leaving},
 * {@code started(2026-01-01T00:00:00Z)}.
 */
public final class CaseObjects {
    private CaseObjects() {}

    public static Node node(String text) {
        List<String> words = Words.of(text);
        NodeBuilder builder = new NodeBuilder()
                .withNewMetadata()
                .withName(words.getFirst())
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .endStatus();
        for (String word : words.subList(1, words.size())) {
            node(builder, word);
        }
        return builder.build();
    }

    private static void node(NodeBuilder builder, String word) {
        if (word.startsWith("!")) {
            int colon = word.lastIndexOf(':');
            String pair = word.substring(1, colon);
            Taint taint = new Taint(word.substring(colon + 1), Words.before(pair, '='), null, Words.after(pair, '='));
            builder.editSpec().addToTaints(taint).endSpec();
        } else if (word.startsWith("image(")) {
            List<String> parts = Words.of(Words.inside(word));
            long mebibytes = Long.parseLong(parts.get(1).replace("Mi", ""));
            ContainerImage image = new ContainerImage(List.of(parts.get(0).split(",")), mebibytes * 1024 * 1024);
            builder.editStatus().addToImages(image).endStatus();
        } else if (word.equals("cordoned")) {
            builder.editSpec().withUnschedulable(true).endSpec();
        } else if (word.contains("=")) {
            builder.editMetadata()
                    .addToLabels(Words.before(word, '='), Words.after(word, '='))
                    .endMetadata();
        } else {
            builder.editStatus()
                    .addToAllocatable(Words.before(word, ':'), new Quantity(Words.after(word, ':')))
                    .endStatus();
        }
    }

    /** @param number makes the name and the UID its own */
    public static Pod pod(String text, int number) {
        List<String> words = Words.of(text);
        String first = words.getFirst();
        String name = Words.before(first, '@');
        boolean elsewhere = name.contains("/");
        PodBuilder builder = new PodBuilder()
                .withNewMetadata()
                .withName((elsewhere ? Words.after(name, '/') : name) + "-" + number)
                .withUid(name + "-" + number)
                .withNamespace(elsewhere ? Words.before(name, '/') : "default")
                .endMetadata()
                .withNewSpec()
                .withNodeName(first.contains("@") ? Words.after(first, '@') : null)
                .endSpec()
                .withNewStatus()
                .endStatus();
        Containers containers = new Containers();
        for (String word : words.subList(1, words.size())) {
            if (!containers.takes(word)) {
                pod(builder, word);
            }
        }
        return builder.editSpec()
                .withContainers(containers.main)
                .withInitContainers(containers.init)
                .endSpec()
                .build();
    }

    private static void pod(PodBuilder builder, String word) {
        if (word.endsWith(")")) {
            term(builder, word.substring(0, word.indexOf('(')), Words.inside(word));
        } else if (word.startsWith("~")) {
            builder.editSpec()
                    .addToTolerations(Terms.toleration(word.substring(1)))
                    .endSpec();
        } else if (word.startsWith("?")) {
            builder.editSpec()
                    .addToNodeSelector(Words.before(word.substring(1), '='), Words.after(word, '='))
                    .endSpec();
        } else if (word.startsWith("priority:")) {
            builder.editSpec()
                    .withPriority(Integer.valueOf(Words.after(word, ':')))
                    .endSpec();
        } else if (word.equals("leaving")) {
            builder.editMetadata().withDeletionTimestamp("2026-01-01T00:00:00Z").endMetadata();
        } else {
            builder.editMetadata()
                    .addToLabels(Words.before(word, '='), Words.after(word, '='))
                    .endMetadata();
        }
    }

    private static void term(PodBuilder builder, String kind, String text) {
        var affinity = builder.editSpec().editOrNewAffinity();
        switch (kind) {
            case "nodes" -> {
                NodeSelectorTerm[] terms =
                        Words.split(text, '|').stream().map(Terms::nodes).toArray(NodeSelectorTerm[]::new);
                affinity.editOrNewNodeAffinity()
                        .editOrNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .addToNodeSelectorTerms(terms)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec();
            }
            case "prefers" ->
                affinity.editOrNewNodeAffinity()
                        .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                        .withWeight(Integer.valueOf(Words.before(text, ' ')))
                        .withPreference(Terms.nodes(Words.after(text, ' ')))
                        .endPreferredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec();
            case "near" ->
                affinity.editOrNewPodAffinity()
                        .addToRequiredDuringSchedulingIgnoredDuringExecution(Terms.neighbours(text))
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec();
            case "away" ->
                affinity.editOrNewPodAntiAffinity()
                        .addToRequiredDuringSchedulingIgnoredDuringExecution(Terms.neighbours(text))
                        .endPodAntiAffinity()
                        .endAffinity()
                        .endSpec();
            case "likes" ->
                affinity.editOrNewPodAffinity()
                        .addToPreferredDuringSchedulingIgnoredDuringExecution(weighted(text))
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec();
            case "dislikes" ->
                affinity.editOrNewPodAntiAffinity()
                        .addToPreferredDuringSchedulingIgnoredDuringExecution(weighted(text))
                        .endPodAntiAffinity()
                        .endAffinity()
                        .endSpec();
            default -> other(builder, kind, text);
        }
    }

    private static WeightedPodAffinityTerm weighted(String text) {
        PodAffinityTerm term = Terms.neighbours(Words.after(text, ' '));
        return new WeightedPodAffinityTerm(term, Integer.valueOf(Words.before(text, ' ')));
    }

    private static void other(PodBuilder builder, String kind, String text) {
        switch (kind) {
            case "started" -> builder.editStatus().withStartTime(text).endStatus();
            case "spread" ->
                builder.editSpec()
                        .addToTopologySpreadConstraints(Terms.spread(text))
                        .endSpec();
            case "overhead" ->
                Words.of(text)
                        .forEach(word -> builder.editSpec()
                                .addToOverhead(Words.before(word, ':'), new Quantity(Words.after(word, ':')))
                                .endSpec());
            case "whole" ->
                Words.of(text)
                        .forEach(word -> builder.editSpec()
                                .editOrNewResources()
                                .addToRequests(Words.before(word, ':'), new Quantity(Words.after(word, ':')))
                                .endResources()
                                .endSpec());
            default -> throw new IllegalArgumentException(kind);
        }
    }

    /** The containers that are being described. */
    private static final class Containers {
        final List<Container> main = new ArrayList<>();
        final List<Container> init = new ArrayList<>();
        private Container current = begin(main);

        private static Container begin(List<Container> among) {
            Container container = new ContainerBuilder()
                    .withName("c" + among.size())
                    .withResources(
                            new ResourceRequirements(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>()))
                    .build();
            among.add(container);
            return container;
        }

        boolean takes(String word) {
            switch (word) {
                case "+" -> current = begin(main);
                case "init" -> current = begin(init);
                case "sidecar" -> {
                    current = begin(init);
                    current.setRestartPolicy("Always");
                }
                default -> {
                    return describes(word);
                }
            }
            return true;
        }

        private boolean describes(String word) {
            if (word.startsWith("image(")) {
                current.setImage(Words.inside(word));
            } else if (word.startsWith("port(")) {
                List<String> parts = Words.of(Words.inside(word));
                String port = parts.get(0);
                current.getPorts()
                        .add(new ContainerPortBuilder()
                                .withHostPort(Integer.valueOf(Words.before(port, '/')))
                                .withContainerPort(Integer.valueOf(Words.before(port, '/')))
                                .withProtocol(port.contains("/") ? Words.after(port, '/') : "TCP")
                                .withHostIP(parts.size() > 1 ? parts.get(1) : null)
                                .build());
            } else if (word.contains(":")
                    && "(~!?".chars().noneMatch(c -> word.indexOf(c) >= 0)
                    && !word.contains("=")
                    && !word.startsWith("priority:")) {
                current.getResources().getRequests().put(Words.before(word, ':'), new Quantity(Words.after(word, ':')));
            } else {
                return false;
            }
            return true;
        }
    }
}
