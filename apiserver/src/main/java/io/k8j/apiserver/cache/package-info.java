/**
 * The watch cache.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.cache.StoreFeed} hears of each change on the store's committing thread, before the
 *       writer goes on, and applies it to the {@link io.k8j.apiserver.cache.ResourceCache}: a new
 *       {@link io.k8j.apiserver.cache.SortedObjects} and an event in the ring (20,000 events or 48 MB a resource).
 *   <li>The feed's own thread takes the events from an unbounded queue, one hand-over to each
 *       {@link io.k8j.apiserver.cache.CacheWatcher} that {@code WatcherIndex} finds.
 *   <li>A watcher's virtual thread empties its queue (10,000 events; who is slower is cut off) into the listener.
 * </ol>
 */
package io.k8j.apiserver.cache;
