package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.scheduler.GroupResult.Trial;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Status;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the trials of a group's Pods mean for the group. */
class GroupResultTest {
    private static final Status HELD = new Status(Status.Code.WAIT, List.of("held"), "");

    private record Case(String name, List<Trial> trials, String word, String message) {}

    private static Trial fits(Status permit) {
        return new Trial.Fits(null, null, null, permit, null);
    }

    private static Trial needsRoom(Status permit) {
        return new Trial.Fits(null, null, null, permit, new Diagnosis(1, new NodeStatuses(Status.SUCCESS)));
    }

    private static Trial refused() {
        return new Trial.Refused("no", Set.of("Fit"), null);
    }

    static Stream<Case> cases() {
        String unschedulable = "pod group is unschedulable";
        String waits = "pod group is unschedulable, pod group is waiting for preemption to complete";
        return Stream.of(
                new Case("no Pod is left", List.of(), "unschedulable", unschedulable),
                new Case("the last one completes the gang", List.of(fits(HELD), fits(Status.SUCCESS)), "scheduled", ""),
                new Case("one too few", List.of(fits(HELD), refused()), "unschedulable", unschedulable),
                new Case(
                        "more than enough, and one that does not fit",
                        List.of(fits(Status.SUCCESS), refused()),
                        "scheduled",
                        ""),
                new Case(
                        "one before the last needs room",
                        List.of(needsRoom(HELD), fits(Status.SUCCESS)),
                        "waiting_on_preemption",
                        waits),
                new Case(
                        "one beyond the last needs room",
                        List.of(fits(Status.SUCCESS), needsRoom(Status.SUCCESS)),
                        "waiting_on_preemption",
                        waits),
                new Case("room for too few", List.of(needsRoom(HELD), refused()), "unschedulable", unschedulable),
                new Case(
                        "a fault after enough have fitted",
                        List.of(fits(Status.SUCCESS), new Trial.Failed("broken")),
                        "error",
                        "failed to schedule other pod from a pod group: broken"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGroupFollowsFromItsPods(Case c) {
        GroupResult result = GroupResult.of(c.trials);
        assertThat(result.word()).as(c.name).isEqualTo(c.word);
        assertThat(result.status().message()).as(c.name).isEqualTo(c.message);
    }
}
