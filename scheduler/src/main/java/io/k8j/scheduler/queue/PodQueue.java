package io.k8j.scheduler.queue;

import java.util.Comparator;
import java.util.PriorityQueue;

/** A heap from which entries can be taken out anywhere: they are marked and skipped when they come up. */
final class PodQueue {
    /** A Pod's place in the heap; what it is ordered by does not change. */
    static final class Entry {
        final QueuedPod pod;
        final io.k8j.scheduler.framework.PodInfo info;
        final long time;
        final long order;
        boolean live = true;

        Entry(QueuedPod pod, long time, long order) {
            this.pod = pod;
            this.info = pod.pod();
            this.time = time;
            this.order = order;
        }
    }

    private final PriorityQueue<Entry> heap;
    private int size;

    PodQueue(Comparator<Entry> order) {
        this.heap = new PriorityQueue<>(order);
    }

    void add(Entry entry) {
        entry.pod.entry = entry;
        heap.add(entry);
        size++;
    }

    void remove(QueuedPod pod) {
        if (pod.entry != null && pod.entry.live) {
            pod.entry.live = false;
            pod.entry = null;
            size--;
        }
    }

    Entry peek() {
        Entry first = heap.peek();
        while (first != null && !first.live) {
            heap.poll();
            first = heap.peek();
        }
        return first;
    }

    Entry poll() {
        Entry first = peek();
        if (first != null) {
            heap.poll();
            first.live = false;
            first.pod.entry = null;
            size--;
        }
        return first;
    }

    int size() {
        return size;
    }
}
