/* Included first by what is done seldom: made small, not fast. Flash is short. */
#pragma GCC optimize("Os")
