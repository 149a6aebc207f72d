/**
 * The default plugins, one per file. {@link io.k8j.scheduler.plugins.DefaultPlugins} lists them in running order with
 * their weights; nothing else of this package is seen outside.
 */
package io.k8j.scheduler.plugins;
