/**
 * Keeps the cluster's state: keys and values under one growing revision, with etcd's rules.
 *
 * <p>The way of a write:
 * <ol>
 *   <li>{@link io.k8j.store.Store#put} makes a {@link io.k8j.store.Write} and queues it; the caller's thread waits.
 *   <li>{@link io.k8j.store.Committer} takes all queued writes into one {@link io.k8j.store.Batch}, which compares
 *       revisions, gives out new ones and has the values made ({@link io.k8j.store.RevisionedValue}). Thread
 *       {@code store-commit} does this, in a memory store the caller itself under the commit lock.
 *   <li>{@link io.k8j.store.Journal} writes the batch as one {@link io.k8j.store.Frame} to {@link io.k8j.store.LogFile},
 *       over zeros that {@link io.k8j.store.ZerosAhead} has written before, and flushes it once, unless all of it is
 *       relaxed.
 *   <li>The batch is applied to {@link io.k8j.store.KeySpace} and {@link io.k8j.store.Leases}, and
 *       {@link io.k8j.store.History} remembers its events; readers see it from here on.
 *   <li>{@link io.k8j.store.Watchers} tells each matching {@link io.k8j.store.WatchListener}, on the same thread.
 *   <li>{@link io.k8j.store.Store#revision()} shows it, and the callers go on.
 * </ol>
 *
 * <p>The way of a read: {@link io.k8j.store.KeySpace}, without a lock, at one revision.
 *
 * <p>Threads of an embedded store: {@code store-commit} (above), {@code store-flush} (flushes relaxed writes,
 * writes zeros ahead),
 * {@code store-keeper} (ends leases, forgets history, rewrites the log). The queue of writes is as long as there are
 * waiting callers.
 *
 * <p>Opening: {@link io.k8j.store.StoreDirectory} locks and checks the directory, {@link io.k8j.store.Mark} says how
 * much of the log must be there, {@link io.k8j.store.Recovery} replays base and log.
 */
package io.k8j.store;
