package io.k8j.scheduler;

import io.k8j.scheduler.extender.Extenders;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.GroupPlugin;
import io.k8j.scheduler.metrics.Evaluations;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The plugins of one scheduler name, sorted into extension points. Immutable. */
final class Profile {
    /** A scoring plugin and how much it counts. */
    record Weighted(Plugin.Score plugin, int weight) {}

    /** Which plugins run at one extension point, in order, with weights where they count. */
    interface Selection {
        <P extends Plugin> List<Map.Entry<P, Integer>> at(Class<P> point);
    }

    /** Nobody knows what helps a Pod that an extender refused. */
    private static final List<EventHint> ANYTHING = Stream.of(ClusterEvent.Resource.values())
            .map(resource -> EventHint.always(resource, -1))
            .toList();

    final String name;
    final List<Plugin.PreEnqueue> preEnqueue;
    final Plugin.QueueSort queueSort;
    final Plugin.PreFilter[] preFilters;
    final Plugin.Filter[] filters;
    final List<Plugin.PostFilter> postFilters;
    final Plugin.PreScore[] preScores;
    final Weighted[] scores;
    final List<Plugin.Reserve> reserves;
    final List<Plugin.Permit> permits;
    final List<Plugin.PreBind> preBinds;
    final List<Plugin.Bind> binds;
    final List<Plugin.PostBind> postBinds;
    final List<GroupPlugin.Generate> placementGenerators;
    final List<Map.Entry<GroupPlugin.Score, Integer>> placementScores; // with their weights
    final GroupPlugin.MakeRoom groupPreemption; // null if there is none
    final Map<String, List<EventHint>> hints;
    final Evaluations[] preFilterCounts;
    final Evaluations[] filterCounts;
    final Evaluations[] preScoreCounts;
    final Evaluations[] scoreCounts;

    Profile(String name, Selection selection) {
        this.name = name;
        this.preEnqueue = plugins(selection, Plugin.PreEnqueue.class);
        this.queueSort = plugins(selection, Plugin.QueueSort.class).getFirst();
        this.preFilters = plugins(selection, Plugin.PreFilter.class).toArray(Plugin.PreFilter[]::new);
        this.filters = plugins(selection, Plugin.Filter.class).toArray(Plugin.Filter[]::new);
        this.postFilters = plugins(selection, Plugin.PostFilter.class);
        this.preScores = plugins(selection, Plugin.PreScore.class).toArray(Plugin.PreScore[]::new);
        this.scores = selection.at(Plugin.Score.class).stream()
                .map(e -> new Weighted(e.getKey(), e.getValue()))
                .toArray(Weighted[]::new);
        this.preFilterCounts = counts("PreFilter", List.of(preFilters));
        this.filterCounts = counts("Filter", List.of(filters));
        this.preScoreCounts = counts("PreScore", List.of(preScores));
        this.scoreCounts =
                counts("Score", Stream.of(scores).map(Weighted::plugin).toList());
        this.reserves = plugins(selection, Plugin.Reserve.class);
        this.permits = plugins(selection, Plugin.Permit.class);
        this.preBinds = plugins(selection, Plugin.PreBind.class);
        this.binds = plugins(selection, Plugin.Bind.class);
        this.postBinds = plugins(selection, Plugin.PostBind.class);
        this.placementGenerators = plugins(selection, GroupPlugin.Generate.class);
        if (placementGenerators.size() > 1) {
            throw new IllegalArgumentException(
                    "at most one placement generate plugin is allowed for profile with scheduler name \"%s\""
                            .formatted(name));
        }
        this.placementScores = selection.at(GroupPlugin.Score.class);
        this.groupPreemption = postFilters.stream()
                .filter(GroupPlugin.MakeRoom.class::isInstance)
                .map(GroupPlugin.MakeRoom.class::cast)
                .findFirst()
                .orElse(null);
        Map<String, List<EventHint>> byPlugin = new LinkedHashMap<>();
        List<Plugin> refusers = new ArrayList<>(preEnqueue);
        refusers.addAll(List.of(preFilters));
        refusers.addAll(List.of(filters));
        refusers.addAll(reserves);
        refusers.addAll(permits);
        refusers.forEach(plugin -> byPlugin.put(plugin.name(), plugin.events()));
        byPlugin.put(Extenders.NAME, ANYTHING);
        this.hints = Map.copyOf(byPlugin);
    }

    private static <P extends Plugin> List<P> plugins(Selection selection, Class<P> point) {
        return selection.at(point).stream().map(Map.Entry::getKey).toList();
    }

    private static Evaluations[] counts(String point, List<? extends Plugin> plugins) {
        return plugins.stream()
                .map(plugin -> new Evaluations(plugin.name(), point))
                .toArray(Evaluations[]::new);
    }

    /** How often each plugin was asked where that depends on the Pod. */
    List<Evaluations> evaluations() {
        return Stream.of(preFilterCounts, filterCounts, preScoreCounts, scoreCounts)
                .flatMap(Stream::of)
                .toList();
    }

    /** Success if no plugin keeps the Pod out of the queue. */
    Status gate(PodInfo pod) {
        for (Plugin.PreEnqueue plugin : preEnqueue) {
            Status status = plugin.preEnqueue(pod);
            if (!status.isSuccess()) {
                return status.by(plugin.name());
            }
        }
        return Status.SUCCESS;
    }
}
