package io.k8j.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
    private static final long MB = 1 << 20;

    private long used = 50 * MB;
    private long really = 40 * MB;
    private long worked;
    private int collections;
    private int beside;
    private boolean canWorkBeside;

    private final HeapKeeper keeper = new HeapKeeper(4000 * MB, () -> used, () -> worked, new HeapKeeper.Collections() {
        @Override
        public void complete() {
            collections++;
            used = really;
        }

        @Override
        public void beside() {
            beside++;
            used = really + 20 * MB; // regions in which some objects live
        }

        @Override
        public boolean canWorkBeside() {
            return canWorkBeside;
        }
    });

    private void look(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            keeper.look();
        }
    }

    @Test
    void collectsWhenTheOldGenerationHasDoubled() throws InterruptedException {
        look(HeapKeeper.LOOKS_UNTIL_CALM);
        assertThat(collections).isZero();
        used = HeapKeeper.SLACK + MB;
        look(2);
        assertThat(collections).isOne();
        used = 2 * really + HeapKeeper.SLACK - MB;
        look(2);
        assertThat(collections).isOne();
        used += 2 * MB;
        keeper.look();
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void whileTheProcessWorksItWaitsForCalm() throws InterruptedException {
        used = HeapKeeper.SLACK + MB;
        for (int i = 0; i < 10; i++) {
            worked += HeapKeeper.BUSY_NANOS;
            keeper.look();
        }
        assertThat(collections).isZero();
        look(HeapKeeper.LOOKS_UNTIL_CALM);
        assertThat(collections).isOne();
    }

    @Test
    void aPauseBetweenTwoBurstsIsNotCalm() throws InterruptedException {
        used = HeapKeeper.SLACK + MB;
        for (int i = 0; i < 10; i++) {
            worked += HeapKeeper.BUSY_NANOS;
            used += 2 * MB;
            look(HeapKeeper.LOOKS_UNTIL_CALM);
        }
        assertThat(collections).isZero();
        keeper.look();
        assertThat(collections).isOne();
    }

    @Test
    void tooMuchGarbageIsCollectedEvenThen() throws InterruptedException {
        keeper.look();
        used = HeapKeeper.SLACK + HeapKeeper.BUSY_SLACK + MB;
        keeper.look();
        assertThat(collections).isOne();
    }

    @Test
    void aLargeClusterIsCollectedAsSeldom() throws InterruptedException {
        really = 2000 * MB;
        used = 2000 * MB;
        look(HeapKeeper.LOOKS_UNTIL_CALM);
        assertThat(collections).isOne();
        for (int i = 0; i < 200; i++) {
            used += 10 * MB;
            keeper.look();
        }
        assertThat(collections).isOne();
    }

    @Test
    void givesBackWhatABurstHasLeftOnceItIsQuiet() throws InterruptedException {
        used = 90 * MB;
        look(30);
        assertThat(collections).isZero();
        look(2);
        assertThat(collections).isOne();
        look(1000);
        assertThat(collections).as("nothing to give back any more").isOne();
    }

    @Test
    void aCollectorThatCanWorksBesideTheProcess() throws InterruptedException {
        canWorkBeside = true;
        for (int i = 0; i < 100; i++) {
            worked += HeapKeeper.BUSY_NANOS;
            used += 10 * MB;
            keeper.look();
        }
        assertThat(beside).as("each time that the old generation has doubled").isBetween(4, 8);
        assertThat(collections).isZero();
        look(HeapKeeper.LOOKS_UNTIL_CALM);
        used = HeapKeeper.SLACK + 4 * really;
        look(1);
        assertThat(collections).isOne();
    }

    @Test
    void whatWasCollectedBesideIsCollectedCompletelyOnceItIsQuiet() throws InterruptedException {
        canWorkBeside = true;
        used = HeapKeeper.SLACK + MB;
        worked += HeapKeeper.BUSY_NANOS;
        keeper.look();
        assertThat(beside).isOne();
        look(29);
        assertThat(collections).isZero();
        look(2);
        assertThat(collections).isOne();
        look(1000);
        assertThat(collections).isOne();
    }

    @Test
    void aCollectionBesideBeginsBeforeTheHeapIsFull() throws InterruptedException {
        canWorkBeside = true;
        really = 1500 * MB;
        used = 1500 * MB;
        worked += HeapKeeper.BUSY_NANOS;
        keeper.look();
        assertThat(beside).isOne();
        used = 1990 * MB;
        worked += HeapKeeper.BUSY_NANOS;
        keeper.look();
        assertThat(beside).isOne();
        used = 2010 * MB;
        worked += HeapKeeper.BUSY_NANOS;
        keeper.look();
        assertThat(beside).isEqualTo(2);
    }

    @Test
    void whatLaterCollectionsFreeIsNotTakenForLive() throws InterruptedException {
        canWorkBeside = true;
        used = HeapKeeper.SLACK + MB;
        worked += HeapKeeper.BUSY_NANOS;
        keeper.look();
        assertThat(beside).isOne();
        used = really; // by mixed collections
        look(1);
        used = HeapKeeper.SLACK + 2 * really + MB;
        worked += HeapKeeper.BUSY_NANOS;
        keeper.look();
        assertThat(beside).isEqualTo(2);
    }
}
