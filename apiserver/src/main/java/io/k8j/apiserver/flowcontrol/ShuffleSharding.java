package io.k8j.apiserver.flowcontrol;

/** Deals a flow's hand of queues: two flows rarely share all of theirs. */
final class ShuffleSharding {
    private ShuffleSharding() {}

    /** Which queues a flow may use; different ones, each from 0 to below {@code deck}. */
    static int[] deal(long hash, int deck, int handSize) {
        int[] hand = new int[handSize];
        int[] remainders = new int[handSize];
        long rest = hash;
        for (int i = 0; i < handSize; i++) {
            remainders[i] = (int) Long.remainderUnsigned(rest, deck - i);
            rest = Long.divideUnsigned(rest, deck - i);
        }
        for (int i = 0; i < handSize; i++) {
            int card = remainders[i];
            for (int j = i; j > 0; j--) {
                if (card >= remainders[j - 1]) card++;
            }
            hand[i] = card;
        }
        return hand;
    }
}
