package io.k8j.apiserver.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Json;
import io.k8j.model.time.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PriorityLevelTest {
    private static final long LONG = Duration.ofMinutes(1).toNanos();
    private static final long SERVICE_NANOS = 200_000;

    private static final SystemTime TIME = new SystemTime();

    @AfterAll
    static void stop() {
        TIME.close();
    }

    private final FlowStats stats = new FlowStats();

    private static PriorityLevel level(int seats, String limited) {
        PriorityLevel level = new PriorityLevel("test", TIME);
        level.configure(
                "uid",
                LevelSettings.of(Json.parseObject(
                        ("{'spec':{'type':'Limited','limited':{'nominalConcurrencyShares':10," + limited + "}}}")
                                .replace('\'', '"'))));
        level.nominal(seats, seats);
        return level;
    }

    private static String queuing(int queues, int hand, int length) {
        return "'limitResponse':{'type':'Queue','queuing':{'queues':%d,'handSize':%d,'queueLengthLimit':%d}}"
                .formatted(queues, hand, length);
    }

    private static Visit visit() {
        return new Visit("some", "bob", new Attributes(UserInfo.of("bob"), "get", "", "", "", "", "", "", "/version"));
    }

    private PriorityLevel.Ticket take(PriorityLevel level, long flow, int seats, long patience) {
        return level.acquire(stats, visit(), flow, Work.of(seats), patience, cancel -> {});
    }

    @Test
    void withoutQueuesWhoComesTooLateIsRefused() {
        PriorityLevel level = level(2, "'limitResponse':{'type':'Reject'}");
        PriorityLevel.Ticket one = take(level, 1, 1, LONG);
        PriorityLevel.Ticket two = take(level, 1, 1, LONG);

        assertThat(take(level, 1, 1, LONG)).isNull();
        assertThat(stats.rejected.get("concurrency-limit").sum()).isEqualTo(1);
        one.release(false);
        assertThat(take(level, 1, 1, LONG)).isNotNull();
        two.release(false);
    }

    @Test
    void whoWaitsTooLongOrFindsAFullQueueIsRefused() throws Exception {
        PriorityLevel level = level(1, queuing(1, 1, 1));
        PriorityLevel.Ticket held = take(level, 1, 1, LONG);

        assertThat(take(level, 1, 1, 1)).as("no patience").isNull();
        assertThat(stats.rejected.get("time-out").sum()).isEqualTo(1);
        Thread waiting = Thread.ofVirtual().start(() -> take(level, 1, 1, LONG).release(false));
        Awaitility.await().until(() -> level.waiting() == 1);
        assertThat(take(level, 1, 1, LONG)).isNull();
        assertThat(stats.rejected.get("queue-full").sum()).isEqualTo(1);
        held.release(false);
        waiting.join();
        assertThat(stats.executingRequests).hasValue(0);
        assertThat(stats.waitingRequests).hasValue(0);
        assertThat(stats.waitingSeats).hasValue(0);
    }

    @Test
    void aClientThatGoesAwayLeavesItsQueue() throws Exception {
        PriorityLevel level = level(1, queuing(4, 1, 10));
        PriorityLevel.Ticket held = take(level, 1, 1, LONG);
        List<Runnable> cancels = new CopyOnWriteArrayList<>();
        Thread waiting =
                Thread.ofVirtual().start(() -> level.acquire(stats, visit(), 1, Work.of(1), LONG, cancels::add));
        Awaitility.await().until(() -> !cancels.isEmpty());

        cancels.getFirst().run();
        waiting.join();

        assertThat(stats.rejected.get("cancelled").sum()).isEqualTo(1);
        held.release(false);
        assertThat(take(level, 1, 1, LONG)).isNotNull();
    }

    @Test
    void neverMoreSeatsThanThereAreAreUsedAndEverybodyIsServed() throws Exception {
        PriorityLevel level = level(4, queuing(8, 2, 1000));
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int flow = i % 7;
            int seats = 1 + i % 3;
            threads.add(Thread.ofVirtual().start(() -> {
                PriorityLevel.Ticket ticket = take(level, flow * 0x9e3779b97f4a7c15L, seats, LONG);
                most.accumulateAndGet(now.addAndGet(seats), Math::max);
                Thread.yield();
                now.addAndGet(-seats);
                ticket.release(false);
            }));
        }
        for (Thread thread : threads) thread.join();

        assertThat(most.get()).isBetween(1, 4);
        assertThat(stats.dispatched.sum()).isEqualTo(300);
        assertThat(stats.executingSeats).hasValue(0);
        assertThat(level.waiting()).isZero();
    }

    @Test
    void aFlowWithManyRequestsDoesNotHoldUpAnotherOne() throws Exception {
        PriorityLevel level = level(1, queuing(64, 1, 1000));
        PriorityLevel.Ticket held = take(level, 0, 1, LONG);
        List<String> order = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 900; i++) threads.add(waiter(level, 3, "greedy", order));
        threads.add(waiter(level, 5, "modest", order));
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> level.waiting() == 901);

        held.release(false);
        for (Thread thread : threads) thread.join();

        assertThat(order).hasSize(901);
        assertThat(order.indexOf("modest")).as("900 greedy ones came first").isLessThan(450);
    }

    private Thread waiter(PriorityLevel level, long flow, String name, List<String> order) {
        return Thread.ofVirtual().start(() -> {
            PriorityLevel.Ticket ticket = take(level, flow, 1, LONG);
            order.add(name);
            LockSupport.parkNanos(SERVICE_NANOS); // shares are of time, so a request has to take some
            ticket.release(false);
        });
    }

    @Test
    void aRequestWiderThanTheLevelIsServedAlone() throws Exception {
        PriorityLevel level = level(2, queuing(4, 1, 10));
        PriorityLevel.Ticket held = take(level, 1, 1, LONG);
        CountDownLatch served = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            take(level, 2, 5, LONG).release(false);
            served.countDown();
        });
        Awaitility.await().until(() -> level.waiting() == 1);

        held.release(false);

        served.await();
    }

    @Test
    void handsAreDifferentCardsAndSpreadOverTheDeck() {
        int[] uses = new int[128];
        for (long hash = 0; hash < 20_000; hash++) {
            int[] hand = ShuffleSharding.deal(hash * 0x9e3779b97f4a7c15L, 128, 6);
            assertThat(Arrays.stream(hand).distinct().count()).isEqualTo(6);
            for (int card : hand) uses[card]++;
        }
        assertThat(IntStream.of(uses).min().orElseThrow()).isGreaterThan(700);
        assertThat(IntStream.of(uses).max().orElseThrow()).isLessThan(1200);
    }

    @Test
    void seatsAreDividedInProportionWithinBounds() {
        var free = SeatShares.divide(90, List.of(new SeatShares.Wish(10, 0, 100), new SeatShares.Wish(20, 0, 100)));
        assertThat(free.shares()).containsExactly(new double[] {30, 60}, within(1e-6));
        assertThat(free.fraction()).isEqualTo(3, within(1e-6));
        var bound = SeatShares.divide(
                100,
                List.of(
                        new SeatShares.Wish(10, 5, 20),
                        new SeatShares.Wish(10, 0, 100),
                        new SeatShares.Wish(0, 0, 100)));
        assertThat(bound.shares()[0]).isEqualTo(20, within(1e-6));
        assertThat(Arrays.stream(bound.shares()).sum()).isEqualTo(100, within(1e-6));
        assertThat(SeatShares.divide(1, List.of(new SeatShares.Wish(5, 5, 9)))).isNull();
    }

    @Test
    void demandIsSmoothedButRisesAtOnce() {
        Demand demand = new Demand(0);
        demand.set(10, 0);
        demand.set(0, 5_000_000_000L);
        demand.endPeriod(10_000_000_000L);
        assertThat(demand.highWatermark()).isEqualTo(10);
        assertThat(demand.average()).isEqualTo(5, within(1e-6));
        assertThat(demand.deviation()).isEqualTo(5, within(1e-6));
        assertThat(demand.smoothed()).isEqualTo(10, within(1e-6));
        demand.endPeriod(20_000_000_000L);
        assertThat(demand.smoothed()).isEqualTo(9.77, within(1e-6));
    }

    @Test
    void refusedClientsAreToldToWaitLongerWhileManyAre() {
        RetryAfter retry = new RetryAfter();
        long last = 0;
        for (long second = 100; second < 130; second++) {
            for (int i = 0; i < 30; i++) last = retry.refuse(second);
        }
        assertThat(last).isEqualTo(8);
        for (long second = 1000; second < 1010; second++) last = retry.refuse(second * 10);
        assertThat(last).isEqualTo(1);
    }

    @Test
    void aWriteKeepsItsSeatsWhileItsWatchersHearOfIt() throws Exception {
        PriorityLevel level = level(4, queuing(1, 1, 10));
        Work write = new Work(1, 4, Duration.ofMillis(50).toNanos());
        PriorityLevel.Ticket ticket = level.acquire(stats, visit(), 1, write, LONG, cancel -> {});
        assertThat(stats.executingSeats).hasValue(4);
        long released = System.nanoTime();
        ticket.release(false);

        PriorityLevel.Ticket next = take(level, 1, 1, LONG);

        assertThat(System.nanoTime() - released).isGreaterThanOrEqualTo(write.lingerNanos());
        assertThat(stats.executingRequests).hasValue(1);
        next.release(false);
        assertThat(stats.executingSeats).hasValue(0);
        assertThat(level.dump().dispatched()).isEqualTo(2);
    }

    @Test
    void theSameWorkOnFewerSeatsTakesLonger() {
        assertThat(new Work(1, 20, 5_000_000).within(10)).isEqualTo(new Work(1, 10, 10_000_000));
        assertThat(new Work(1, 3, 5_000_000).within(10)).isEqualTo(new Work(1, 3, 5_000_000));
    }
}
