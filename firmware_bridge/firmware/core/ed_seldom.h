/* Included first by what is done seldom: where flash is short it is made small, not fast. */
#if defined(ED_SMALL) && defined(__AVR__)
/* Tables that a switch becomes would be copied into memory. */
#pragma GCC optimize("Os", "no-tree-switch-conversion")
#endif
