package io.k8j.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
    private static final long MB = 1 << 20;

    private long used = 50 * MB;
    private long live;
    private long really = 40 * MB;
    private long worked;
    private int collections;

    private final HeapKeeper keeper = new HeapKeeper(() -> used, () -> live, () -> worked, () -> {
        collections++;
        live = really;
        used = really;
    });

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            keeper.look();
        }
    }

    @Test
    void collectsWhenTheOldGenerationHasDoubled() {
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
    void whileTheProcessWorksItWaitsForCalm() {
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
    void aPauseBetweenTwoBurstsIsNotCalm() {
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
    void tooMuchGarbageIsCollectedEvenThen() {
        keeper.look();
        used = HeapKeeper.SLACK + HeapKeeper.BUSY_SLACK + MB;
        keeper.look();
        assertThat(collections).isOne();
    }

    @Test
    void aLargeClusterIsCollectedAsSeldom() {
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
    void givesBackWhatABurstHasLeftOnceItIsQuiet() {
        used = 90 * MB;
        look(30);
        assertThat(collections).isZero();
        look(2);
        assertThat(collections).isOne();
        look(1000);
        assertThat(collections).as("nothing to give back any more").isOne();
    }
}
